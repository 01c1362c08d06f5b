using HyperGen.Generator.Models;

namespace HyperGen.Generator.Emission;

/// <summary>Writes the method of an endpoint: it binds the parameters, calls the handler and answers with what that returns.</summary>
/// <remarks>
/// The method is <c>private ValueTask Name(RequestContext context[, HandlerType handler])</c> of the module. It is an ordinary method, so that a
/// synchronous endpoint stays so, unless a parameter has to be awaited: a body, a form, a type that binds itself.
/// </remarks>
internal static class EndpointEmitter
{
    private const string ValueTask = "global::System.Threading.Tasks.ValueTask";

    /// <summary>Declares the fields and structs that the methods of endpoints use.</summary>
    public static void EmitFields(CodeWriter writer, IEnumerable<EndpointModel> endpoints)
    {
        JsonFields.Declare(writer, endpoints);
        ParserFields.Declare(writer, endpoints);
    }

    /// <summary>Fills those fields, within <c>Initialize(ModuleServices services)</c>.</summary>
    public static void EmitInitialize(CodeWriter writer, IEnumerable<EndpointModel> endpoints) => JsonFields.Initialize(writer, endpoints);

    /// <summary>Writes the method of an endpoint.</summary>
    /// <param name="writer">Where to, within the module's class.</param>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="handler">The class of the handler, fully qualified. A static handler is called on it, any other is passed to the method.</param>
    public static void Emit(CodeWriter writer, EndpointModel endpoint, string handler)
    {
        BinderEmitter binder = new(endpoint.Parameters);
        string parameters = "global::HyperGen.RequestContext context" + (endpoint.IsStatic ? "" : ", " + handler + " handler");
        writer.Line($"// {endpoint.Method} {endpoint.Template} => {endpoint.DisplayName}");
        if (binder.IsAsync)
        {
            writer.Line("[global::System.Runtime.CompilerServices.AsyncMethodBuilder(typeof(global::System.Runtime.CompilerServices.PoolingAsyncValueTaskMethodBuilder))]");
        }
        using (writer.Open($"private {(binder.IsAsync ? "async " : "")}{ValueTask} {endpoint.Name}({parameters})"))
        {
            binder.Emit(writer);
            string declaring = endpoint.IsHidden ? endpoint.Signature.DeclaringType : handler;
            string receiver = endpoint.IsStatic ? declaring : endpoint.IsHidden ? $"(({declaring})handler)" : "handler";
            string call = $"{receiver}.{endpoint.MethodName}({string.Join(", ", binder.Arguments)})";
            ReplyEmitter.Emit(writer, endpoint.Return, call, binder.IsAsync);
        }
    }
}
