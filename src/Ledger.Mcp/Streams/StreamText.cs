using Ledger.Explorer.Failures;

namespace Ledger.Mcp.Streams;

/// <summary>The text that a person types for a run or branch, and the streams that it can mean.</summary>
/// <remarks>
/// <list type="number">
/// <item>A text with a colon is the name of a stream, such as <c>run:abc</c> or <c>orders:7</c>, if there is one.</item>
/// <item>Otherwise it is the id of a run, else of a branch; if both exist, the text is refused.</item>
/// <item>Otherwise it is the name of a stream, if there is one.</item>
/// </list>
/// </remarks>
internal sealed class StreamText
{
    private readonly string _text;
    private readonly StreamName _whole;
    private readonly StreamName? _run;
    private readonly StreamName? _branch;

    /// <exception cref="UsageException">The text is not a valid name.</exception>
    public StreamText(string text)
    {
        _text = text;
        _whole = StreamIds.Parse(text);
        if (_whole.Category is not ("run" or "branch") && text.Length + "branch:".Length <= StreamName.MaxLength)
        {
            _run = StreamIds.Parse($"run:{text}");
            _branch = StreamIds.Parse($"branch:{text}");
        }
    }

    /// <summary>The streams that it can mean.</summary>
    public IReadOnlyList<StreamName> Names => _run is { } run && _branch is { } branch ? [_whole, run, branch] : [_whole];

    /// <summary>The stream that it means, of those that were found; null if it means none of them.</summary>
    /// <exception cref="RefusalException">The text matches both a run and a branch.</exception>
    public Run? Choose(IReadOnlyList<Run> found)
    {
        var whole = Of(_whole);
        if (_whole.Category.Length > 0 && whole is not null)
        {
            return whole;
        }

        return (Of(_run), Of(_branch)) switch
        {
            ({ }, { }) => throw new RefusalException($"'{_text}' is both a run and a branch. Write '{_run}' or '{_branch}'."),
            var (run, branch) => run ?? branch ?? whole,
        };

        Run? Of(StreamName? name) => found.FirstOrDefault(run => run.StreamName == name);
    }

    /// <summary>The refusal of a text that means no stream.</summary>
    /// <param name="near">A name that was probably meant; null for none.</param>
    public RefusalException NotFound(string? near = null) => new(
        $"There is no stream '{_text}'.{(near is null ? "" : $" Did you mean '{near}'?")} 'ledger run list' and 'ledger branches' show what exists.",
        FailureCodes.NotFound);
}
