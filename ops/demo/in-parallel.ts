/** Work on many items with a few hands: answers come in the order of the items; the first failure ends all. */

export async function inParallel<T, R>(
  items: readonly T[],
  hands: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const answers: R[] = [];
  let next = 0;
  let isFailed = false;
  const hand = async () => {
    while (next < items.length && !isFailed) {
      const index = next++;
      try {
        answers[index] = await work(items[index] as T, index);
      } catch (error) {
        isFailed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: hands }, hand));
  return answers;
}
