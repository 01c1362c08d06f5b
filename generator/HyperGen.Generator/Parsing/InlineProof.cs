using System.Collections.Immutable;
using HyperGen.Generator.Models;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace HyperGen.Generator.Parsing;

/// <summary>Proves of a few bodies that they neither block nor run long: they have no loop, and call nothing that cannot be seen through.</summary>
/// <remarks>It is meant to miss many: an author who knows better writes <c>[Inline]</c>. What it accepts is accepted for good, whatever is registered or configured at run time.</remarks>
internal static class InlineProof
{
    /// <summary>A body of more syntax than this is not worth the binding at every keystroke.</summary>
    private const int MostNodes = 80;

    private static readonly ImmutableHashSet<string> ReplyFactories =
        ["Ok", "Created", "NoContent", "NotFound", "Text", "Html", "Bytes", "Redirect", "Problem", "Status"];

    public static bool IsClosed(IMethodSymbol method, HandlerModel handler, ParsingContext context)
    {
        bool needsNothing = method.IsStatic || handler is { Lifetime: HandlerLifetime.Shareable, Dependencies.Count: 0 };
        return needsNothing
            && !method.IsAsync
            && (method.ReturnsVoid || IsAnsweredAtOnce(method.ReturnType, context))
            && method.Parameters.All(static p => IsSimple(p.Type) && p.GetAttributes().IsEmpty)
            && method.DeclaringSyntaxReferences.Length == 1
            && method.DeclaringSyntaxReferences[0].GetSyntax(context.Cancellation) is MethodDeclarationSyntax declaration
            && (declaration.Body ?? (SyntaxNode?)declaration.ExpressionBody) is { } body
            && MayBeClosed(body)
            && context.Compilation.GetSemanticModel(body.SyntaxTree).GetOperation(body, context.Cancellation) is { } operation
            && operation.DescendantsAndSelf().All(o => IsClosed(o, context));
    }

    /// <summary>What syntax alone tells, so that hardly any body but a closed one is bound.</summary>
    private static bool MayBeClosed(SyntaxNode body)
    {
        int count = 0;
        return body.DescendantNodes().All(n => ++count <= MostNodes && n switch
        {
            InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax member } => ReplyFactories.Contains(member.Name.Identifier.ValueText),
            InvocationExpressionSyntax or AwaitExpressionSyntax or AnonymousFunctionExpressionSyntax or ThrowExpressionSyntax or ThrowStatementSyntax => false,
            WhileStatementSyntax or DoStatementSyntax or ForStatementSyntax or CommonForEachStatementSyntax or TryStatementSyntax or LockStatementSyntax => false,
            _ => true,
        });
    }

    private static bool IsClosed(IOperation operation, ParsingContext context) => operation switch
    {
        IBlockOperation or IReturnOperation or IExpressionStatementOperation or ILiteralOperation or IDefaultValueOperation => true,
        IParameterReferenceOperation or ILocalReferenceOperation or IInstanceReferenceOperation or IArgumentOperation => true,
        IVariableDeclarationGroupOperation or IVariableDeclarationOperation or IVariableDeclaratorOperation or IVariableInitializerOperation => true,
        IConditionalOperation or ICoalesceOperation or IParenthesizedOperation or IIsPatternOperation or IConstantPatternOperation => true,
        IInterpolatedStringOperation or IInterpolatedStringTextOperation or IDiscardOperation => true,
        ISimpleAssignmentOperation assignment => assignment.Target is ILocalReferenceOperation or IDiscardOperation,
        IInterpolationOperation interpolation => IsSimple(interpolation.Expression.Type),
        IBinaryOperation binary => binary.OperatorMethod is null && (binary.Type?.SpecialType != SpecialType.System_String || (IsText(binary.LeftOperand) && IsText(binary.RightOperand))),
        IUnaryOperation unary => unary.OperatorMethod is null,
        IConversionOperation conversion => conversion.OperatorMethod is null || IsReply(conversion.OperatorMethod.ContainingType, context),
        IFieldReferenceOperation field => field.Field is { IsConst: true } or { IsReadOnly: true, IsStatic: false },
        IPropertyReferenceOperation property => IsAutoProperty(property.Property),
        IObjectCreationOperation creation => IsPlainData(creation.Type, context) && creation.Constructor is { } constructor && HasNoBody(constructor, context),
        IInvocationOperation invocation => IsReply(invocation.TargetMethod.ContainingType, context) && ReplyFactories.Contains(invocation.TargetMethod.Name),
        _ => false,
    };

    /// <summary>Whether writing the value waits for nothing and calls nobody: text, a plain reply, or data whose JSON is made of plain properties.</summary>
    private static bool IsAnsweredAtOnce(ITypeSymbol type, ParsingContext context) => type switch
    {
        INamedTypeSymbol { TypeArguments.Length: 1 } reply when IsReply(reply, context) => IsAnsweredAtOnce(reply.TypeArguments[0], context),
        _ => IsReply(type, context) || IsSimple(type) || IsPlainData(type, context),
    };

    /// <summary>A type of this program that only holds values: no attribute changes its JSON, no getter computes.</summary>
    private static bool IsPlainData(ITypeSymbol? type, ParsingContext context) =>
        type is INamedTypeSymbol { IsAbstract: false, TypeParameters.IsEmpty: true, BaseType.SpecialType: SpecialType.System_Object or SpecialType.System_ValueType } named
        && SymbolEqualityComparer.Default.Equals(named.ContainingAssembly, context.Compilation.Assembly)
        && named.GetAttributes().IsEmpty
        && named.GetMembers().OfType<IPropertySymbol>().Where(static p => p is { IsStatic: false, IsImplicitlyDeclared: false } && p.Name != "EqualityContract").All(static p => IsAutoProperty(p) && IsSimple(p.Type) && p.GetAttributes().IsEmpty);

    private static bool IsAutoProperty(IPropertySymbol property) =>
        property is { IsStatic: false, IsIndexer: false, IsVirtual: false, IsOverride: false, IsAbstract: false }
        && property.ContainingType.GetMembers().OfType<IFieldSymbol>().Any(f => SymbolEqualityComparer.Default.Equals(f.AssociatedSymbol, property))
        && property.SetMethod is null or { IsImplicitlyDeclared: true } or { IsInitOnly: true };

    // The constructor of a record or class that is written as a parameter list, or not at all.
    private static bool HasNoBody(IMethodSymbol constructor, ParsingContext context) =>
        constructor.IsImplicitlyDeclared
        || constructor.DeclaringSyntaxReferences.All(r => r.GetSyntax(context.Cancellation) is TypeDeclarationSyntax type
            && !type.Members.Any(static m => m is PropertyDeclarationSyntax { Initializer: not null } or FieldDeclarationSyntax));

    private static bool IsReply(ITypeSymbol type, ParsingContext context) =>
        type.Is(context.Types[KnownNames.Reply]) || type.Is(context.Types[KnownNames.ReplyOf]);

    private static bool IsText(IOperation operand) => operand is IConversionOperation { Operand.Type: var inner } ? IsSimple(inner) : IsSimple(operand.Type);

    private static bool IsSimple(ITypeSymbol? type) => type switch
    {
        INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable => IsSimple(nullable.TypeArguments[0]),
        { SpecialType: >= SpecialType.System_Boolean and <= SpecialType.System_String or SpecialType.System_DateTime } => true,
        { Name: "Guid" or "DateOnly" or "TimeOnly" or "DateTimeOffset", ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } } => true,
        _ => false,
    };
}
