using System.ComponentModel;

namespace HyperGen.CompilerServices;

/// <summary>What generated binders call: one line for each parameter of a handler, failures collected in a <see cref="BindingErrors"/>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static partial class Bind
{
    /// <summary>A route value that must be there.</summary>
    public static T Route<T, TParser>(RequestContext context, int ordinal, string name, ref BindingErrors errors)
        where TParser : struct, IValueParser<T>
    {
        if (context.HasRouteValue(ordinal))
        {
            return Parse<T, TParser>(context.RouteValue(ordinal), name, ref errors);
        }
        errors.Add(name, "A value is required in the path.");
        return default!;
    }

    /// <summary>A route value that the path may leave out.</summary>
    public static T RouteOr<T, TParser>(RequestContext context, int ordinal, string name, T? absent, ref BindingErrors errors)
        where TParser : struct, IValueParser<T> =>
        context.HasRouteValue(ordinal) ? Parse<T, TParser>(context.RouteValue(ordinal), name, ref errors) : absent!;

    /// <summary>A route value for which the template has a default.</summary>
    public static T RouteOrText<T, TParser>(RequestContext context, int ordinal, string name, ReadOnlySpan<byte> absent, ref BindingErrors errors)
        where TParser : struct, IValueParser<T> =>
        Parse<T, TParser>(context.HasRouteValue(ordinal) ? context.RouteValue(ordinal) : absent, name, ref errors);

    private static T Parse<T, TParser>(ReadOnlySpan<byte> utf8, string name, ref BindingErrors errors)
        where TParser : struct, IValueParser<T>
    {
        if (TParser.TryParse(utf8, out T? value))
        {
            return value;
        }
        errors.Add(name, BindingMessages.Invalid(utf8, typeof(T)));
        return default!;
    }
}
