namespace HyperGen;

/// <summary>One server-sent event with more than its data, for handlers that yield <c>IAsyncEnumerable&lt;ServerEvent&lt;T&gt;&gt;</c>.</summary>
/// <typeparam name="T">The type of the data: text is sent as it is, anything else as JSON.</typeparam>
public readonly struct ServerEvent<T>
{
    /// <summary>Makes an event.</summary>
    /// <param name="data">The data.</param>
    /// <param name="type">The name that the client listens for; null for <c>message</c>.</param>
    /// <param name="id">What the client sends back as <c>Last-Event-ID</c> when it reconnects; null for none.</param>
    /// <param name="retry">How long the client waits before it reconnects; null to leave it as it is.</param>
    /// <exception cref="ArgumentException">The type or id holds CR, LF or NUL, which would end it.</exception>
    public ServerEvent(T data, string? type = null, string? id = null, TimeSpan? retry = null)
    {
        Data = data;
        Type = OneLine(type, nameof(type));
        Id = OneLine(id, nameof(id));
        Retry = retry;
    }

    /// <summary>The data.</summary>
    public T Data { get; }

    /// <summary>The name that the client listens for; null for <c>message</c>.</summary>
    public string? Type { get; }

    /// <summary>What the client sends back as <c>Last-Event-ID</c>; null for none.</summary>
    public string? Id { get; }

    /// <summary>How long the client waits before it reconnects; null to leave it as it is.</summary>
    public TimeSpan? Retry { get; }

    private static string? OneLine(string? text, string parameter) =>
        text is not null && text.AsSpan().ContainsAny('\r', '\n', '\0') ? throw new ArgumentException("The text must be one line without NUL.", parameter) : text;
}
