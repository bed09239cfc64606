/** As shells say it of what Ctrl-C has ended: what was waited for has not happened, and nothing is wrong with it. */
export const LEFT = 130;
