using System.Collections.Immutable;
using HyperGen.Generator.Models;
using Microsoft.CodeAnalysis;

namespace HyperGen.Generator.Parsing;

/// <summary>Takes an <c>[AsParameters]</c> or form type apart: its constructor parameters, then the properties that can be set.</summary>
internal sealed class MembersParser(BindingScope scope)
{
    /// <summary>Deeper than any form a person fills in; a type that contains itself has no end.</summary>
    private const int MaxDepth = 8;

    [ThreadStatic]
    private static int _depth;

    public ParameterModel? Parse(BindingSlot slot) => Parse(slot, scope.Bind);

    public ParameterModel? Parse(BindingSlot slot, Func<BindingSlot, ParameterModel?> bind)
    {
        if (slot.Type.UnderlyingNullable() is not null || slot.Type is not INamedTypeSymbol { TypeKind: TypeKind.Class or TypeKind.Struct, IsAbstract: false } type)
        {
            return scope.Refuse(slot, "its members can be bound one by one only where it is a class, struct or record that is neither abstract nor nullable");
        }
        if (Constructor(type) is not { } constructor)
        {
            return scope.Refuse(slot, "it needs one accessible constructor whose parameters are all to be bound, or one without parameters");
        }
        if (Unset(type, constructor) is { } unset)
        {
            return scope.Refuse(slot, $"its required member '{unset.Name}' is none that is bound: only constructor parameters and properties are");
        }
        if (_depth >= MaxDepth)
        {
            return scope.Refuse(slot, "its members contain each other without end");
        }
        _depth++;
        try
        {
            IPropertySymbol[] properties = [.. Properties(type)];
            BindingSlot[] slots =
            [
                .. constructor.Parameters.Select(p => new BindingSlot(p, p.Type, AttributesOf(p, properties), slot.Index)),
                .. properties.Where(p => !constructor.Parameters.Any(c => Same(c, p))).Select(p => new BindingSlot(p, p.Type, p.GetAttributes(), slot.Index)),
            ];
            ParameterModel[] members = [.. slots.Select(bind).OfType<ParameterModel>()];
            return members.Length < slots.Length ? null : slot.Model(ParameterSource.Members) with
            {
                Target = type.QualifiedAsArgument(),
                Members = members.ToEquatableArray(),
                ConstructorMembers = constructor.Parameters.Length,
            };
        }
        finally
        {
            _depth--;
        }
    }

    /// <summary>ASP.NET Core's choice: the only constructor, or else the one without parameters.</summary>
    private IMethodSymbol? Constructor(INamedTypeSymbol type)
    {
        ImmutableArray<IMethodSymbol> constructors = [.. type.InstanceConstructors.Where(c => scope.Context.CanReach(c) && !IsCopy(c, type) && !(type.IsValueType && c.IsImplicitlyDeclared))];
        return constructors.Length == 1 ? constructors[0]
            : type.InstanceConstructors.FirstOrDefault(c => c.Parameters.IsEmpty && scope.Context.CanReach(c));
    }

    /// <summary>A member that C# wants to be set and that no parameter or property below sets: a field, or a property that a constructor parameter stands for.</summary>
    private ISymbol? Unset(INamedTypeSymbol type, IMethodSymbol constructor) =>
        constructor.GetAttributes().Any(a => a.AttributeClass.Is(scope.Context.Types[KnownNames.SetsRequiredMembers])) ? null
        : type.SelfAndBases().SelectMany(static t => t.GetMembers()).FirstOrDefault(m => m is IFieldSymbol { IsRequired: true }
            || (m is IPropertySymbol { IsRequired: true } property && constructor.Parameters.Any(p => Same(p, property))));

    private IEnumerable<IPropertySymbol> Properties(INamedTypeSymbol type) => type.SelfAndBases()
        .SelectMany(static t => t.GetMembers().OfType<IPropertySymbol>())
        .Where(p => p is { IsStatic: false, IsIndexer: false, DeclaredAccessibility: Accessibility.Public } && (p.SetMethod is { } set && scope.Context.CanReach(set)))
        .GroupBy(static p => p.Name)
        .Select(static g => g.First());

    private static ImmutableArray<AttributeData> AttributesOf(IParameterSymbol parameter, IPropertySymbol[] properties) =>
        parameter.GetAttributes().AddRange(properties.FirstOrDefault(p => Same(parameter, p))?.GetAttributes() ?? []);

    private static bool IsCopy(IMethodSymbol constructor, INamedTypeSymbol type) =>
        type.IsRecord && constructor.Parameters.Length == 1 && SymbolEqualityComparer.Default.Equals(constructor.Parameters[0].Type, type);

    private static bool Same(IParameterSymbol parameter, IPropertySymbol property) => string.Equals(parameter.Name, property.Name, StringComparison.OrdinalIgnoreCase);
}
