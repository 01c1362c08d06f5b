using HyperGen.Quic;
using HyperGen.Tls;

namespace HyperGen.Transport.Shards;

/// <summary>
/// Where questions of handshakes are answered whose answers take time: a signature with RSA or in a hardware module, a certificate that must be looked up.
/// The shard goes on meanwhile, and the answer comes back through its inbox.
/// </summary>
/// <remarks>
/// It has threads of its own, no more than there are cores, so that a key that blocks takes no worker from the requests. They end when nothing was asked
/// for a while. Questions wait in a queue that is as short as there can be handshakes; one that waits too long is given up by its connection, and its
/// answer then finds it closed.
/// </remarks>
internal sealed class AnswerDesk : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly Queue<Pending> _waiting = new();
    private int _threads;
    private int _idle;
    private bool _isOver;

    /// <summary>Has a question answered elsewhere. Called on the shard.</summary>
    /// <param name="shard">The shard of the connection.</param>
    /// <param name="connection">The connection.</param>
    /// <param name="question">The question.</param>
    /// <param name="compute">Finds the answer, and returns how it is given; it runs on a thread where it may block, and what it throws refuses the question.</param>
    public void Ask(Shard shard, Connection connection, TlsQuestion question, Func<TlsQuestion, ValueTask<Action<TlsHandshake>>> compute)
    {
        if (!shard.TryReserve())
        {
            connection.Handshake.Refuse(question.Id, TlsAlert.InternalError, "The server is too busy.");
            connection.HandleAnswer(shard.Now);
            return;
        }
        lock (_waiting)
        {
            _waiting.Enqueue(new Pending(shard, connection, question, compute));
            if (_idle >= _waiting.Count || _threads == Environment.ProcessorCount)
            {
                Monitor.Pulse(_waiting);
                return;
            }
            _threads++;
        }
        new Thread(Work) { IsBackground = true, Name = "HyperGen answers" }.Start();
    }

    /// <summary>Lets the threads go as soon as nothing waits any more.</summary>
    public void Dispose()
    {
        lock (_waiting)
        {
            _isOver = true;
            Monitor.PulseAll(_waiting);
        }
    }

    private void Work()
    {
        while (TryTake(out Pending? next))
        {
            _ = next.AnswerAsync();
        }
    }

    private bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Pending? next)
    {
        lock (_waiting)
        {
            while (!_waiting.TryDequeue(out next))
            {
                _idle++;
                bool isPulsed = Monitor.Wait(_waiting, s_patience);
                _idle--;
                if ((!isPulsed || _isOver) && _waiting.Count == 0)
                {
                    _threads--;
                    return false;
                }
            }
            return true;
        }
    }

    /// <summary>A question on its way to its answer and back.</summary>
    private sealed class Pending(Shard shard, Connection connection, TlsQuestion question, Func<TlsQuestion, ValueTask<Action<TlsHandshake>>> compute) : IShardWork
    {
        private Action<TlsHandshake>? _answer;

        public async Task AnswerAsync()
        {
            try
            {
                _answer = await compute(question);
            }
            catch (Exception)
            {
                // Whatever a provider of keys or an application's selector throws means the same here: there is no answer.
            }
            shard.Post(this);
        }

        public void Run()
        {
            shard.Unreserve();
            if (_answer is null)
            {
                connection.Handshake.Refuse(question.Id, TlsAlert.InternalError, "The server has failed to answer a question of the handshake.");
            }
            else
            {
                _answer(connection.Handshake);
            }
            connection.HandleAnswer(shard.Now);
            shard.Touch(connection);
        }
    }
}
