namespace HyperGen.Http3.Qpack;

/// <summary>Where the name and the value of a field lie; <see cref="FieldSection"/> resolves them.</summary>
/// <param name="Field">The name, when the static table has it.</param>
/// <param name="NameStart">The first byte of another name.</param>
/// <param name="NameLength">Its length.</param>
/// <param name="StaticValue">The static table's entry with the value; -1 when the value was sent.</param>
/// <param name="ValueStart">The first byte of a value that was sent.</param>
/// <param name="ValueLength">Its length.</param>
internal readonly record struct FieldLine(KnownField Field, int NameStart, int NameLength, int StaticValue, int ValueStart, int ValueLength);
