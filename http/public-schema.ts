/**
 * Our schemas as others read them: references to the shared file become references to components, and the type
 * generator's own keyword is left out.
 */
export function publicSchema(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(publicSchema);
  if (typeof node !== "object" || node === null) return node;
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key]) => key !== "tsType")
      .map(([key, value]) => [key, key === "$ref" ? publicReference(String(value)) : publicSchema(value)]),
  );
}

function publicReference(reference: string): string {
  return reference.replace(/^(common\.json)?#\/\$defs\//, "#/components/schemas/");
}
