namespace HyperGen.Generator.Models;

/// <summary>What a handler returns and how that is answered.</summary>
/// <param name="Kind">How the value is answered.</param>
/// <param name="Awaitable">What has to be awaited first.</param>
/// <param name="JsonType">The type whose JSON contract is needed, fully qualified and without annotation; empty where none is.</param>
/// <param name="Type">The value, once awaited, fully qualified; <c>void</c> where there is none.</param>
/// <param name="DescribesItself">Whether the type tells ASP.NET Core by itself what it answers with, as those of <c>TypedResults</c> do.</param>
/// <param name="Statuses">The statuses of the replies that the body is seen to make, in order; empty where none is known.</param>
internal sealed record ReturnModel(ReturnKind Kind, Awaitable Awaitable, string JsonType, string Type, bool DescribesItself = false, EquatableArray<int> Statuses = default);

internal enum ReturnKind
{
    /// <summary>Nothing: the handler wrote the response itself, or it is an empty 200.</summary>
    None,
    Text,
    Json,
    Reply,
    ReplyOf,

    /// <summary>A <c>Reply&lt;IAsyncEnumerable&lt;T&gt;&gt;</c>.</summary>
    ReplyMany,
    Result,
    Stream,
    Pipe,

    /// <summary>An <c>IAsyncEnumerable&lt;T&gt;</c>.</summary>
    Many,
}

internal enum Awaitable
{
    None,
    Task,
    ValueTask,
}
