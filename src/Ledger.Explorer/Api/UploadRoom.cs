namespace Ledger.Explorer.Api;

/// <summary>How many bodies are taken at once, because what clients send together must fit the disk and the memory. Safe for concurrent use.</summary>
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

    /// <summary>Gives the place back.</summary>
    public void Leave() => Interlocked.Decrement(ref _taken);
}
