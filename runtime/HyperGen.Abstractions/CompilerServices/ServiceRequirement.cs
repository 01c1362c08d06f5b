using System.ComponentModel;

namespace HyperGen.CompilerServices;

/// <summary>A service that a handler or middleware cannot run without.</summary>
/// <param name="ServiceType">The type asked for.</param>
/// <param name="Key">The key of a keyed service; null for an ordinary one.</param>
/// <param name="Consumer">Who asks, for messages: a class, or a class and method.</param>
/// <param name="RequiresSingleton">Whether the consumer lives as long as the application, so that a scoped service would be held captive.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record ServiceRequirement(Type ServiceType, object? Key, string Consumer, bool RequiresSingleton);
