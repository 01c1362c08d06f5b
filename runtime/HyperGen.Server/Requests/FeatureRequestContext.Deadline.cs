using System.Diagnostics;
using Microsoft.AspNetCore.Http.Timeouts;

namespace HyperGen.Server.Requests;

internal partial class FeatureRequestContext
{
    private CancellationTokenSource? _deadline;
    private CancellationToken _clientGone;

    /// <summary>Whether the request has been given up for lateness, and not because the client has gone.</summary>
    public bool IsLate => _deadline is { IsCancellationRequested: true } && !_clientGone.IsCancellationRequested;

    /// <inheritdoc/>
    /// <remarks>A time limit of ASP.NET Core's puts a token in place of the server's, and only its middleware can tell which of the two was cancelled: within it the answer is no.</remarks>
    internal override bool HasClientGone =>
        (_deadline is null ? Aborted : _clientGone).IsCancellationRequested && _http?.Features.Get<IHttpRequestTimeoutFeature>() is null;

    /// <summary>Gives the request a time after which <see cref="Aborted"/> is cancelled.</summary>
    public void StartDeadline(int milliseconds)
    {
        Deadline = Stopwatch.GetTimestamp() + (long)milliseconds * Stopwatch.Frequency / 1000;
        _clientGone = Aborted;
        _deadline = CancellationTokenSource.CreateLinkedTokenSource(_clientGone);
        _deadline.CancelAfter(milliseconds);
        if (_http is null)
        {
            _lifetime.RequestAborted = _deadline.Token;
        }
        else
        {
            _http.RequestAborted = _deadline.Token;
        }
    }

    private void EndDeadline()
    {
        if (_deadline is null)
        {
            return;
        }
        Deadline = null;
        _deadline.Dispose();
        _deadline = null;
        _clientGone = default;
    }
}
