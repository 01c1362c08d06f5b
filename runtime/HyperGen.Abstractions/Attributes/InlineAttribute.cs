namespace HyperGen;

/// <summary>Promises that an endpoint never blocks and ends within microseconds, so that it may run on the thread that received the request.</summary>
/// <remarks>It concerns HTTP/3 only. An endpoint that breaks the promise is moved to the worker threads and logged once.</remarks>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, Inherited = false)]
public sealed class InlineAttribute : Attribute;
