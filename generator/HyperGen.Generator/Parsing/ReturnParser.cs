using HyperGen.Generator.Models;
using Microsoft.CodeAnalysis;

namespace HyperGen.Generator.Parsing;

/// <summary>Finds how what a handler returns is answered.</summary>
internal static class ReturnParser
{
    /// <summary>The return of a method; null when it cannot be answered.</summary>
    public static ReturnModel? Parse(IMethodSymbol method, ParsingContext context)
    {
        if (method.ReturnsVoid)
        {
            return method.IsAsync ? Refuse("async void ends before its work does: return Task or ValueTask") : new(ReturnKind.None, Awaitable.None, "", "void");
        }
        if (method.ReturnsByRef || method.ReturnsByRefReadonly)
        {
            return Refuse("a reference does not outlive the request: return the value");
        }
        (ITypeSymbol? type, Awaitable awaitable) = Unwrap(method.ReturnType, context);
        if (type is null)
        {
            return new(ReturnKind.None, awaitable, "", "void");
        }
        if (Obstacle(type, context) is { } obstacle)
        {
            return Refuse(obstacle);
        }
        (ReturnKind kind, ITypeSymbol? json) = Classify(type, context);
        if (kind == ReturnKind.Many && awaitable != Awaitable.None && !type.Is(context.Types[KnownNames.AsyncEnumerable]))
        {
            return Refuse("its values can be awaited only as IAsyncEnumerable<T>: declare that");
        }
        string jsonType = "";
        if (json is not null)
        {
            // Null as a whole is a 404; null as an element is written.
            ITypeSymbol contract = kind is ReturnKind.Many or ReturnKind.ReplyMany ? json : json.UnderlyingNullable() ?? json;
            jsonType = contract.Qualified();
            JsonCoverage.Require(contract, method, context);
        }
        if (kind == ReturnKind.Result)
        {
            RequireResultTypes(type, method, context);
        }
        return new(
            kind,
            awaitable,
            jsonType,
            type.QualifiedWithNullability(),
            type.IsOrDerivesFrom(context.Types[KnownNames.EndpointMetadataProvider]),
            kind is ReturnKind.Reply or ReturnKind.ReplyOf ? ReplyStatuses.Of(method, context.Cancellation) : default);

        ReturnModel? Refuse(string reason)
        {
            context.Report(Rules.UnsupportedReturnType, method.Locations.FirstOrDefault(), method.ContainingType.Readable() + "." + method.Name, method.ReturnType.Readable(), reason);
            return null;
        }
    }

    private static (ITypeSymbol? Type, Awaitable Awaitable) Unwrap(ITypeSymbol type, ParsingContext context) => type switch
    {
        _ when type.Is(context.Types[KnownNames.Task]) => (null, Awaitable.Task),
        _ when type.Is(context.Types[KnownNames.ValueTask]) => (null, Awaitable.ValueTask),
        INamedTypeSymbol task when task.Is(context.Types[KnownNames.TaskOf]) => (task.TypeArguments[0], Awaitable.Task),
        INamedTypeSymbol task when task.Is(context.Types[KnownNames.ValueTaskOf]) => (task.TypeArguments[0], Awaitable.ValueTask),
        _ => (type, Awaitable.None),
    };

    private static string? Obstacle(ITypeSymbol type, ParsingContext context)
    {
        if (type.SpecialType == SpecialType.System_Object || type.TypeKind == TypeKind.Dynamic)
        {
            return "its JSON is not known at compile time: return the type itself, Reply<T> or IResult";
        }
        if (type.IsOrDerivesFrom(context.Types[KnownNames.Task]) || type.Is(context.Types[KnownNames.ValueTask]) || type.Is(context.Types[KnownNames.ValueTaskOf]))
        {
            return "it is a task within a task: await it, and return what it yields";
        }
        return type.TypeKind switch
        {
            TypeKind.Delegate => "a delegate has no JSON",
            TypeKind.Pointer or TypeKind.FunctionPointer => "a pointer does not outlive the request",
            _ when type.IsRefLikeType => "a ref struct does not outlive the request: return an array, ReadOnlyMemory<byte> in Reply.Bytes, or a string",
            _ => null,
        };
    }

    private static (ReturnKind Kind, ITypeSymbol? Json) Classify(ITypeSymbol type, ParsingContext context)
    {
        if (type.SpecialType == SpecialType.System_String)
        {
            return (ReturnKind.Text, null);
        }
        if (type.Is(context.Types[KnownNames.Reply]))
        {
            return (ReturnKind.Reply, null);
        }
        if (type.Is(context.Types[KnownNames.ReplyOf]))
        {
            ITypeSymbol value = ((INamedTypeSymbol)type).TypeArguments[0];
            return value.Is(context.Types[KnownNames.AsyncEnumerable])
                ? (ReturnKind.ReplyMany, Element(value, context))
                : (ReturnKind.ReplyOf, value);
        }
        if (type.IsOrDerivesFrom(context.Types[KnownNames.Result]))
        {
            return (ReturnKind.Result, null);
        }
        if (type.IsOrDerivesFrom(context.Types[KnownNames.Stream]))
        {
            return (ReturnKind.Stream, null);
        }
        if (type.IsOrDerivesFrom(context.Types[KnownNames.PipeReader]))
        {
            return (ReturnKind.Pipe, null);
        }
        INamedTypeSymbol? sequence = type.SelfAndInterfaces().FirstOrDefault(i => i.Is(context.Types[KnownNames.AsyncEnumerable]));
        return sequence is null ? (ReturnKind.Json, type) : (ReturnKind.Many, Element(sequence, context));
    }

    /// <summary>The <c>T</c> of <c>IAsyncEnumerable&lt;T&gt;</c> or <c>IAsyncEnumerable&lt;ServerEvent&lt;T&gt;&gt;</c>.</summary>
    private static ITypeSymbol Element(ITypeSymbol sequence, ParsingContext context)
    {
        ITypeSymbol element = ((INamedTypeSymbol)sequence).TypeArguments[0];
        return element.Is(context.Types[KnownNames.ServerEvent]) ? ((INamedTypeSymbol)element).TypeArguments[0] : element;
    }

    /// <summary>The values of <c>Results&lt;Ok&lt;T&gt;, …&gt;</c> are written as JSON by ASP.NET Core, through the same contexts.</summary>
    private static void RequireResultTypes(ITypeSymbol type, IMethodSymbol method, ParsingContext context)
    {
        if (type is not INamedTypeSymbol { ContainingNamespace.Name: "HttpResults" } result)
        {
            return;
        }
        foreach (ITypeSymbol argument in result.TypeArguments)
        {
            if (argument.IsOrDerivesFrom(context.Types[KnownNames.Result]))
            {
                RequireResultTypes(argument, method, context);
            }
            else if (argument.TypeKind != TypeKind.Error)
            {
                JsonCoverage.Require(argument, method, context);
            }
        }
    }
}
