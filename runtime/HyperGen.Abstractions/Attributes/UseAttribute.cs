namespace HyperGen;

/// <summary>Wraps endpoints in a middleware: on an assembly all of its endpoints, on a group, a class or a method those below it.</summary>
/// <remarks>
/// The order is assembly, group, class, method, and within one level the order of the attributes. A middleware that takes arguments is used
/// through an attribute deriving from this one: <c>sealed class RetryAttribute(int times) : UseAttribute&lt;Retry&gt;</c>; the middleware asks for
/// that attribute in its constructor, and is then made once for each place it is used in.
/// </remarks>
/// <typeparam name="TMiddleware">
/// A sealed class with a method <c>ValueTask InvokeAsync&lt;TNext&gt;(RequestContext context, TNext next) where TNext : struct, INext</c>.
/// </typeparam>
[AttributeUsage(AttributeTargets.Assembly | AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true)]
public class UseAttribute<TMiddleware> : Attribute
    where TMiddleware : class;
