namespace Ledger.Runs;

/// <summary>The answers that an agent has received and not yet used in a request: the causes of its next event.</summary>
/// <remarks>An answer replaces those that led to its request, so the answers to parallel calls are kept together. Safe for concurrent use.</remarks>
internal sealed class GivenAnswers
{
    // Causes are written into every event; the last answers of very many at once are reason enough.
    private const int Most = 100;

    private volatile IReadOnlyList<Guid> _answers = [];

    /// <summary>The answers now, the first given first.</summary>
    public IReadOnlyList<Guid> Present => _answers;

    /// <summary>Adds an answer, and removes those that led to its request.</summary>
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
