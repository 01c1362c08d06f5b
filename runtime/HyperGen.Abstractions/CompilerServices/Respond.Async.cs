using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace HyperGen.CompilerServices;

// A handler that has ended by the time it returns is answered at once; only one that really waits costs a state machine, which is pooled.
public static partial class Respond
{
    /// <summary>Answers with text once it is there.</summary>
    public static ValueTask TextAsync(RequestContext context, ValueTask<string?> text)
    {
        return text.IsCompletedSuccessfully ? Text(context, text.Result) : Await(context, text);

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
        static async ValueTask Await(RequestContext context, ValueTask<string?> text) => await Text(context, await text);
    }

    /// <summary>Answers with JSON once the value is there.</summary>
    public static ValueTask JsonAsync<T>(RequestContext context, ValueTask<T> value, JsonTypeInfo<T> type)
    {
        return value.IsCompletedSuccessfully ? Json(context, value.Result, type) : Await(context, value, type);

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
        static async ValueTask Await(RequestContext context, ValueTask<T> value, JsonTypeInfo<T> type) => await Json(context, await value, type);
    }

    /// <summary>Answers with JSON once the value is there.</summary>
    public static ValueTask JsonAsync<T>(RequestContext context, ValueTask<T?> value, JsonTypeInfo<T> type)
        where T : struct
    {
        return value.IsCompletedSuccessfully ? Json(context, value.Result, type) : Await(context, value, type);

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
        static async ValueTask Await(RequestContext context, ValueTask<T?> value, JsonTypeInfo<T> type) => await Json(context, await value, type);
    }

    /// <summary>Answers as a reply says once it is there.</summary>
    public static ValueTask ReplyAsync(RequestContext context, ValueTask<Reply> reply)
    {
        return reply.IsCompletedSuccessfully ? reply.Result.WriteAsync(context) : Await(context, reply);

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
        static async ValueTask Await(RequestContext context, ValueTask<Reply> reply) => await (await reply).WriteAsync(context);
    }

    /// <summary>Answers as a reply says once it is there.</summary>
    public static ValueTask ReplyAsync<T>(RequestContext context, ValueTask<Reply<T>> reply, JsonTypeInfo<T> type)
    {
        return reply.IsCompletedSuccessfully ? reply.Result.WriteAsync(context, type) : Await(context, reply, type);

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
        static async ValueTask Await(RequestContext context, ValueTask<Reply<T>> reply, JsonTypeInfo<T> type) =>
            await (await reply).WriteAsync(context, type);
    }

    /// <summary>Answers with an <see cref="IResult"/> once it is there.</summary>
    public static ValueTask ResultAsync<T>(RequestContext context, ValueTask<T> result)
        where T : IResult?
    {
        return result.IsCompletedSuccessfully ? Result(context, result.Result) : Await(context, result);

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
        static async ValueTask Await(RequestContext context, ValueTask<T> result) => await Result(context, await result);
    }

    /// <summary>Answers with a stream once it is there.</summary>
    public static async ValueTask StreamAsync<T>(RequestContext context, ValueTask<T> content)
        where T : Stream? => await Stream(context, await content);

    /// <summary>Answers with what a pipe yields once it is there.</summary>
    public static async ValueTask PipeAsync<T>(RequestContext context, ValueTask<T> content)
        where T : PipeReader? => await Pipe(context, await content);
}
