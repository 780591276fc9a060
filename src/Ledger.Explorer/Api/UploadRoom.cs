namespace Ledger.Explorer.Api;

/// <summary>How many bodies are taken, or exports made, at once, because what clients send or ask for together must fit the disk and the memory. Safe for concurrent use.</summary>
internal sealed class UploadRoom(int most)
{
    private int _taken;

    /// <summary>Takes one place, unless all are taken.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _taken) <= most)
        {
            return true;
        }

        Leave();
        return false;
    }

    /// <summary>Takes one place, which the result gives back.</summary>
    /// <param name="refusal">What is thrown if all are taken.</param>
    public IDisposable Enter(Func<Exception> refusal) => TryEnter() ? new Place(this) : throw refusal();

    /// <summary>Gives the place back.</summary>
    public void Leave() => Interlocked.Decrement(ref _taken);

    private sealed class Place(UploadRoom room) : IDisposable
    {
        public void Dispose() => room.Leave();
    }
}
