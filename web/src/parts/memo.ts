/// Remembers what was computed for an object as long as that lives.
export function memo<Key extends object, Value>(compute: (key: Key) => Value): (key: Key) => Value {
    const known = new WeakMap<Key, { value: Value }>();
    return (key) => {
        const found = known.get(key);
        if (found) return found.value;
        const value = compute(key);
        known.set(key, { value });
        return value;
    };
}
