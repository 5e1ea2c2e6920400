/**
 * A question that many ask at once is sent once: for all who came before it was sent, and for none who came later, since
 * what they know of may have happened after it was answered.
 */
export class SharedQuestion<T> {
  readonly #send: () => Promise<T>;
  #underWay: Promise<unknown> | undefined;
  #next: Promise<T> | undefined;

  constructor(send: () => Promise<T>) {
    this.#send = send;
  }

  ask(): Promise<T> {
    this.#next ??= this.#afterTheOneBefore();
    return this.#next;
  }

  async #afterTheOneBefore(): Promise<T> {
    await this.#underWay?.catch(() => undefined);
    this.#next = undefined;
    const answer = this.#send();
    this.#underWay = answer;
    return answer;
  }
}
