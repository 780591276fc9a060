namespace Ledger.Runs;

/// <summary>The answers that an agent has and has not asked further with: the causes of what it appends next.</summary>
/// <remarks>An answer takes the place of those that its request followed from, so answers to calls made side by side stand side by side. Safe for concurrent use.</remarks>
internal sealed class GivenAnswers
{
    // Causes are written into every event; the last answers of very many at once are reason enough.
    private const int Most = 100;

    private volatile IReadOnlyList<Guid> _answers = [];

    /// <summary>The answers now, the first given first.</summary>
    public IReadOnlyList<Guid> Present => _answers;

    /// <summary>Takes an answer.</summary>
    /// <param name="responseId">The id of its event.</param>
    /// <param name="followed">The answers that its request followed from.</param>
    public void Add(Guid responseId, IReadOnlyList<Guid> followed)
    {
        IReadOnlyList<Guid> before;
        IReadOnlyList<Guid> after;
        do
        {
            before = _answers;
            after = [.. before.Where(a => !followed.Contains(a) && a != responseId).TakeLast(Most - 1), responseId];
        }
#pragma warning disable CS0420 // Interlocked reads it as a volatile field.
        while (Interlocked.CompareExchange(ref _answers, after, before) != before);
#pragma warning restore CS0420
    }
}
