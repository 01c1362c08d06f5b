using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace HyperGen.Generator.Parsing;

/// <summary>Reads from a handler's body which replies it makes, for the documents that ASP.NET Core writes of an endpoint.</summary>
/// <remarks>Syntax alone is read, at no cost for the IDE: a reply that is made elsewhere, or with a status that is computed, is not seen.</remarks>
internal static class ReplyStatuses
{
    public static EquatableArray<int> Of(IMethodSymbol method, CancellationToken cancellation)
    {
        SortedSet<int> statuses = [];
        foreach (SyntaxReference reference in method.DeclaringSyntaxReferences)
        {
            foreach (SyntaxNode node in reference.GetSyntax(cancellation).DescendantNodes())
            {
                if (node is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Expression: SimpleNameSyntax { Identifier.ValueText: "Reply" } } factory } call
                    && Status(factory.Name.Identifier.ValueText, call.ArgumentList.Arguments) is { } status)
                {
                    statuses.Add(status);
                }
            }
        }
        return statuses.ToEquatableArray();
    }

    private static int? Status(string factory, SeparatedSyntaxList<ArgumentSyntax> arguments) => factory switch
    {
        "Ok" or "Events" or "File" => 200,
        "Created" => 201,
        "NoContent" => 204,
        "NotFound" => 404,
        "Text" or "Bytes" or "Stream" => Literal(arguments, 2, 200),
        "Html" => Literal(arguments, 1, 200),
        "Status" or "Problem" => Literal(arguments, 0, null),
        "Redirect" when arguments.Count == 1 => 302,
        _ => null,
    };

    /// <summary>The status that a call names, or the default of one that names none; null for one that is computed.</summary>
    private static int? Literal(SeparatedSyntaxList<ArgumentSyntax> arguments, int position, int? absent)
    {
        ArgumentSyntax? argument = arguments.FirstOrDefault(static a => a.NameColon?.Name.Identifier.ValueText == "status")
            ?? arguments.Skip(position).FirstOrDefault(static a => a.NameColon is null);
        return argument is null ? absent
            : argument.Expression is LiteralExpressionSyntax { RawKind: (int)SyntaxKind.NumericLiteralExpression, Token.Value: int and >= 100 and <= 599 and var status } ? (int)status
            : null;
    }
}
