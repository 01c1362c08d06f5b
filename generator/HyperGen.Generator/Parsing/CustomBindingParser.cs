using HyperGen.Generator.Models;
using Microsoft.CodeAnalysis;

namespace HyperGen.Generator.Parsing;

/// <summary>Finds the types that bind themselves: <c>IBindableFromHttpContext&lt;T&gt;</c>, or a static <c>BindAsync</c>.</summary>
internal static class CustomBindingParser
{
    private const string Bind = "global::HyperGen.CompilerServices.Bind";

    public static ParameterModel? Find(BindingSlot slot, ParsingContext context)
    {
        ITypeSymbol type = slot.Type.UnderlyingNullable() ?? slot.Type;
        if (type is not INamedTypeSymbol { TypeKind: TypeKind.Class or TypeKind.Struct or TypeKind.Interface } named)
        {
            return null;
        }
        string parameter = $"{Bind}.Parameter(context, {slot.Index})";
        string? call = null;
        bool alwaysBinds = false;
        if (named.AllInterfaces.Any(i => i.Is(context.Types[KnownNames.BindableFromHttpContext]) && SymbolEqualityComparer.Default.Equals(i.TypeArguments[0], named)))
        {
            call = $"{Bind}.Custom<{named.Qualified()}>(context, {parameter})";
        }
        else if (Method(named, context) is { } method)
        {
            ITypeSymbol result = ((INamedTypeSymbol)method.ReturnType).TypeArguments[0];
            alwaysBinds = result.IsValueType && result.UnderlyingNullable() is null;
            call = $"{method.ContainingType.Qualified()}.BindAsync(context.HttpContext{(method.Parameters.Length == 2 ? ", " + parameter : "")})";
        }
        return call is null ? null : slot.Model(ParameterSource.Custom) with { Key = slot.Name, Target = named.Qualified(), Call = call, AlwaysBinds = alwaysBinds };
    }

    /// <summary><c>public static ValueTask&lt;T?&gt; BindAsync(HttpContext[, ParameterInfo])</c>, of the type, its base types or its interfaces.</summary>
    private static IMethodSymbol? Method(INamedTypeSymbol type, ParsingContext context) => type.SelfAndBases().Concat(type.AllInterfaces)
        .SelectMany(static t => t.GetMembers("BindAsync").OfType<IMethodSymbol>())
        .FirstOrDefault(m => m is { IsStatic: true, DeclaredAccessibility: Accessibility.Public, IsAbstract: false, IsGenericMethod: false, ReturnType: INamedTypeSymbol result }
            && result.Is(context.Types[KnownNames.ValueTaskOf])
            && SymbolEqualityComparer.Default.Equals(result.TypeArguments[0].UnderlyingNullable() ?? result.TypeArguments[0], type)
            && m.Parameters.Length is 1 or 2
            && m.Parameters[0].Type.Is(context.Types[KnownNames.HttpContext])
            && (m.Parameters.Length == 1 || m.Parameters[1].Type.Is(context.Types[KnownNames.ParameterInfo])));
}
