import { afterEach, beforeEach, describe } from '@jest/globals';
import { STORAGE_KINDS, type StorageKind } from '../storage/storage-place.js';
import { ScriptedUpstream } from './scripted-runner.js';
import { type Member, type RoomOptions, WorkRoom } from './work-room.js';

/** The kinds for tests that take long on S3: without it unless long ones are asked for. */
export const STORAGES_IN_TIME: readonly StorageKind[] = process.env.SWITCHYARD_LONG === '1' ? STORAGE_KINDS : ['file'];

/** What a test of works begins with: a room of its own with one member, and an upstream that answers at once. */
export class Scene {
  upstream = new ScriptedUpstream();
  private open: { room: WorkRoom; member: Member } | undefined;

  get room(): WorkRoom {
    return this.parts.room;
  }

  get member(): Member {
    return this.parts.member;
  }

  async begin(options: RoomOptions): Promise<void> {
    const room = await WorkRoom.open(options);
    this.open = { room, member: await room.join() };
    this.upstream = new ScriptedUpstream();
  }

  async end(): Promise<void> {
    await this.open?.room.close();
    this.open = undefined;
  }

  private get parts(): { room: WorkRoom; member: Member } {
    if (!this.open) throw new Error('there is no scene outside of a test');
    return this.open;
  }
}

/** What a suite needs of its rooms. */
export interface SuiteOptions extends RoomOptions {
  /** It takes long on S3, and is left out there unless long tests are asked for. */
  isLongOnS3?: boolean;
}

/** A suite that passes whatever works are stored on; each of its tests has a scene of its own. */
export const onEachStorage = (
  name: string,
  suite: (scene: Scene) => void,
  { isLongOnS3 = false, ...room }: SuiteOptions = {},
): void =>
  describe.each(isLongOnS3 ? STORAGES_IN_TIME : STORAGE_KINDS)(`${name}, stored on %s`, (storage) => {
    const scene = new Scene();
    beforeEach(() => scene.begin({ ...room, storage }), 120_000);
    afterEach(() => scene.end());
    suite(scene);
  });
