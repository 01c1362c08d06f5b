using HyperGen.Generator.Models;

namespace HyperGen.Generator.Emission;

/// <summary>Writes the end of an endpoint's method: the call of the handler and the answer.</summary>
internal static class ReplyEmitter
{
    private const string Respond = "global::HyperGen.CompilerServices.Respond";

    /// <param name="writer">Where to.</param>
    /// <param name="returns">What the handler returns.</param>
    /// <param name="call">The call of the handler, as an expression.</param>
    /// <param name="isAsync">Whether the method is <c>async</c>.</param>
    public static void Emit(CodeWriter writer, ReturnModel returns, string call, bool isAsync)
    {
        if (returns.Kind == ReturnKind.None)
        {
            EmitWithoutValue(writer, returns.Awaitable, call, isAsync);
            return;
        }
        // The suppression concerns nullable annotations within a type, which Task<User> and Task<User?> differ in, and nothing else.
        string value = returns.Awaitable == Awaitable.Task ? $"new global::System.Threading.Tasks.ValueTask<{returns.Type}>({call})!" : call + "!";
        string json = returns.JsonType.Length > 0 ? ", " + JsonFields.Name(returns.JsonType) : "";
        string answer = $"{Respond}.{Method(returns.Kind)}{(returns.Awaitable == Awaitable.None ? "" : "Async")}(context, {value}{json})";
        writer.Line((isAsync ? "await " : "return ") + answer + ";");
    }

    private static void EmitWithoutValue(CodeWriter writer, Awaitable awaitable, string call, bool isAsync)
    {
        if (isAsync)
        {
            writer.Line((awaitable == Awaitable.None ? "" : "await ") + call + ";");
        }
        else if (awaitable == Awaitable.None)
        {
            writer.Line(call + ";").Line("return default;");
        }
        else
        {
            writer.Line("return " + (awaitable == Awaitable.Task ? $"new global::System.Threading.Tasks.ValueTask({call})" : call) + ";");
        }
    }

    private static string Method(ReturnKind kind) => kind switch
    {
        ReturnKind.ReplyOf => "Reply",
        _ => kind.ToString(),
    };
}
