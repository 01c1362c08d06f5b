using System.ComponentModel;
using System.Runtime.InteropServices;
using HyperGen.Transport.Interop;
using Microsoft.Win32.SafeHandles;

namespace HyperGen.Transport.Shards;

/// <summary>Lets a shard sleep until something arrives on its socket or in its inbox, and others wake it with at most one system call.</summary>
internal sealed class Waker : IDisposable
{
    private const int Awake = 0;
    private const int Asleep = 1;
    private const int Woken = 2;

    /// <summary>A handle that counts its users: who wakes a shard may still be about to write when that ends.</summary>
    private readonly SafeFileHandle _eventFd;
    private int _state;

    /// <exception cref="Win32Exception">The process is out of file descriptors.</exception>
    public Waker()
    {
        int descriptor = Libc.EventFd(0, Constants.EFD_CLOEXEC | Constants.EFD_NONBLOCK);
        if (descriptor < 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), "A shard cannot get the eventfd that wakes it: raise the limit of open files.");
        }
        _eventFd = new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>Wakes the shard if it sleeps. Any thread; what it is woken for must be visible before.</summary>
    public unsafe void Wake()
    {
        // The exchange is a full fence: either the shard sees what was put in before it sleeps, or this thread sees that it sleeps.
        if (Interlocked.CompareExchange(ref _state, Woken, Asleep) == Asleep)
        {
            ulong one = 1;
            bool isHeld = false;
            try
            {
                _eventFd.DangerousAddRef(ref isHeld);
                _ = Libc.Write(Descriptor, &one, sizeof(ulong));
            }
            catch (ObjectDisposedException)
            {
                // It woke by itself meanwhile, and has ended.
            }
            finally
            {
                if (isHeld)
                {
                    _eventFd.DangerousRelease();
                }
            }
        }
    }

    /// <summary>Says that the shard is about to sleep. It must look into its inbox once more between this and <see cref="Sleep"/>.</summary>
    public void PrepareToSleep() => Interlocked.Exchange(ref _state, Asleep);

    /// <summary>Says that there was something in the inbox after all.</summary>
    public void StayAwake() => FinishSleep();

    /// <summary>Sleeps until the socket is readable, or writable if that is waited for, <see cref="Wake"/> is called, or the time is over.</summary>
    /// <param name="socket">The descriptor of the socket.</param>
    /// <param name="waitsForRoom">Whether something is to be sent for which the socket had no room.</param>
    /// <param name="timeout">How long; negative for ever.</param>
    public unsafe void Sleep(int socket, bool waitsForRoom, TimeSpan timeout)
    {
        PollEntry* entries = stackalloc PollEntry[2];
        entries[0] = new PollEntry { Descriptor = socket, Events = waitsForRoom ? (short)(Constants.POLLIN | Constants.POLLOUT) : Constants.POLLIN };
        entries[1] = new PollEntry { Descriptor = Descriptor, Events = Constants.POLLIN };
        TimeSpec time = new() { Seconds = timeout.Ticks / TimeSpan.TicksPerSecond, Nanoseconds = timeout.Ticks % TimeSpan.TicksPerSecond * 100 };
        _ = Libc.PPoll(entries, 2, timeout < TimeSpan.Zero ? null : &time, null);
        FinishSleep();
    }

    /// <inheritdoc/>
    public void Dispose() => _eventFd.Dispose();

    private int Descriptor => (int)_eventFd.DangerousGetHandle();

    private unsafe void FinishSleep()
    {
        if (Interlocked.Exchange(ref _state, Awake) == Woken)
        {
            // Whoever woke us may not have written yet: then the next sleep ends at once, which is harmless.
            ulong count;
            _ = Libc.Read(Descriptor, &count, sizeof(ulong));
        }
    }
}
