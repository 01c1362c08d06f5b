using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace HyperGen.Analyzers;

/// <summary>A rule that the program breaks, and where.</summary>
internal sealed class Finding(DiagnosticDescriptor rule, Location location, string[] arguments) : IEquatable<Finding>
{
    public DiagnosticDescriptor Rule { get; } = rule;

    public Location Location { get; } = location;

    /// <summary>The diagnostic. Its properties <c>0</c>, <c>1</c>… are the arguments of the message, for code fixes.</summary>
    public Diagnostic ToDiagnostic()
    {
        ImmutableDictionary<string, string?>.Builder properties = ImmutableDictionary.CreateBuilder<string, string?>();
        for (int i = 0; i < arguments.Length; i++)
        {
            properties.Add(i.ToString(System.Globalization.CultureInfo.InvariantCulture), arguments[i]);
        }
        return Diagnostic.Create(Rule, Location, properties.ToImmutable(), [.. arguments]);
    }

    public bool Equals(Finding? other) =>
        other is not null && Rule.Id == other.Rule.Id && Location == other.Location && arguments.AsSpan().SequenceEqual(other.Arguments);

    public override bool Equals(object? obj) => Equals(obj as Finding);

    public override int GetHashCode() => (Rule.Id, Location).GetHashCode();

    private string[] Arguments => arguments;
}
