/**
 * Words for all sorts of pictures. What a model's embeddings of them have in common says nothing of any of them: it is taken
 * off before labels are compared, since all texts of a published CLIP lie within a narrow cone.
 */
export const REFERENCE_WORDS: readonly string[] = [
  ...['dog', 'bird', 'fish', 'insect', 'horse', 'flower', 'tree', 'mushroom'],
  ...['person', 'child', 'crowd', 'face', 'hand', 'dress', 'shoe', 'hat'],
  ...['bread', 'fruit', 'soup', 'drink', 'bottle', 'plate', 'knife', 'kitchen'],
  ...['house', 'church', 'bridge', 'street', 'shop', 'factory', 'bedroom', 'office'],
  ...['car', 'airplane', 'boat', 'bicycle', 'train', 'computer', 'telephone', 'guitar'],
  ...['mountain', 'beach', 'forest', 'sky', 'night', 'ball', 'book', 'tool'],
];
