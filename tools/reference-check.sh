#!/bin/sh
# tests/reference is a copy of the project's shared reference values: holds the two equal where
# the original is there.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
original=$root/../shared/reference
copy=$root/tests/reference
passed=0
failed=0
if [ ! -d "$original" ]; then echo "no original at $original: nothing to compare"; fi
for file in "$original"/*; do
  [ -f "$file" ] || continue
  if cmp "$file" "$copy/$(basename "$file")"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
