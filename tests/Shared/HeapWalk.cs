using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.RegularExpressions;

namespace HyperGen.Testing;

/// <summary>
/// What an object holds: everything that can be reached from it, with the bytes the runtime gives an object of each kind. Unlike a reading of the whole heap
/// it is exact, and neither collections nor other tests disturb it; whoever wants to know what one of many costs walks twice and divides the difference.
/// </summary>
/// <remarks>Nothing may change what is walked meanwhile. Static fields, types, code, native memory and what only the runtime can see are left out.</remarks>
internal sealed partial class HeapWalk
{
    private static readonly Func<object, object> s_copy =
        typeof(object).GetMethod(nameof(MemberwiseClone), BindingFlags.Instance | BindingFlags.NonPublic)!.CreateDelegate<Func<object, object>>();

    private readonly HashSet<object> _seen = new(ReferenceEqualityComparer.Instance);
    private readonly Stack<object> _pending = new();
    private readonly Dictionary<Type, Kind> _kinds = [];
    private readonly Dictionary<Type, (long Count, long Bytes)> _held = [];

    private HeapWalk()
    {
    }

    /// <summary>Of each type of object: how many there are, and their bytes.</summary>
    public IReadOnlyDictionary<Type, (long Count, long Bytes)> Held => _held;

    /// <summary>The bytes of all of them.</summary>
    public long Bytes => _held.Values.Sum(kind => kind.Bytes);

    /// <summary>Walks from <paramref name="roots"/>.</summary>
    public static HeapWalk From(params object[] roots)
    {
        var walk = new HeapWalk();
        foreach (var root in roots) walk.Add(root);
        while (walk._pending.TryPop(out var next)) walk.Visit(next);
        return walk;
    }

    /// <summary>What is held now and was not before, a <paramref name="count"/>-th part of it: a line for each kind, the heaviest first.</summary>
    public IEnumerable<string> LinesSince(HeapWalk before, int count) =>
        from kind in _held
        let earlier = before._held.GetValueOrDefault(kind.Key)
        let bytes = (kind.Value.Bytes - earlier.Bytes) / (double)count
        where bytes >= 0.5
        orderby bytes descending
        select $"{bytes,8:F1} B {(kind.Value.Count - earlier.Count) / (double)count,6:F2} × {Namespaces().Replace(kind.Key.ToString(), "")}";

    private void Add(object? value)
    {
        if (value is null or MemberInfo or Assembly or Module or Thread || !_seen.Add(value)) return;
        _pending.Push(value);
    }

    private void Visit(object value)
    {
        var type = value.GetType();
        var kind = KindOf(type);
        if (value is Array array)
        {
            if (kind.Element is { } element)
            {
                foreach (var item in array) Follow(item, element);
            }
        }
        else
        {
            Follow(kind, value);
        }

        var (count, bytes) = _held.GetValueOrDefault(type);
        _held[type] = (count + 1, bytes + SizeOf(value, kind));
    }

    private void Follow(Kind kind, object value)
    {
        foreach (var field in kind.Fields) Follow(field.GetValue(value), field.FieldType);
    }

    private void Follow(object? value, Type declared)
    {
        if (declared.IsValueType)
        {
            // A nullable without a value comes as null.
            if (value is not null) Follow(KindOf(value.GetType()), value);
        }
        else
        {
            Add(value);
        }
    }

    private Kind KindOf(Type type)
    {
        if (_kinds.TryGetValue(type, out var kind)) return kind;
        kind = new(type);
        _kinds.Add(type, kind);
        return kind;
    }

    /// <summary>What a copy of the object takes, which the runtime counts when it makes one.</summary>
    [SuppressMessage("Usage", "CA1816", Justification = "What is kept from its finalizer is a copy, not an object that is disposed.")]
    private static long SizeOf(object value, Kind kind) => value switch
    {
        Array array => Allocated(array.Clone),
        string text => Allocated(() => new string('0', text.Length)),
        _ => kind.Size ??= Allocated(() =>
        {
            var copy = s_copy(value);

            // A copy must not free what the original holds.
            GC.SuppressFinalize(copy);
            return copy;
        }),
    };

    private static long Allocated(Func<object> create)
    {
        var least = long.MaxValue;
        for (var round = 0; round < 2; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            GC.KeepAlive(create());
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }

    /// <summary>Whether a value of the type leads nowhere.</summary>
    private static bool IsPlain(Type type) =>
        type.IsPrimitive || type.IsEnum || type.IsPointer || type.IsFunctionPointer
        || (type.IsValueType && FieldsOf(type).All(static field => IsPlain(field.FieldType)));

    private static IEnumerable<FieldInfo> FieldsOf(Type type)
    {
        const BindingFlags All = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        if (type.IsArray || type == typeof(string)) return [];
        return type.BaseType is { } inherited ? type.GetFields(All).Concat(FieldsOf(inherited)) : type.GetFields(All);
    }

    [GeneratedRegex(@"\b(\w+\.)+")]
    private static partial Regex Namespaces();

    /// <summary>What is known of all objects of a type.</summary>
    private sealed class Kind(Type type)
    {
        /// <summary>What an array is of, unless that leads nowhere.</summary>
        public Type? Element { get; } = type.GetElementType() is { } element && !IsPlain(element) ? element : null;

        /// <summary>The fields that lead somewhere.</summary>
        public FieldInfo[] Fields { get; } = [.. FieldsOf(type).Where(static field => !IsPlain(field.FieldType))];

        public long? Size { get; set; }
    }
}
