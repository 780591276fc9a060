using System.Text.Json;

namespace Ledger.Runs;

/// <summary>A call was made, but its answer could not be recorded, although this was tried several times.</summary>
/// <remarks>The answer is not lost: it is here. Recorded later with <see cref="Run.AnswerAsync"/>, it answers the call for all callers.</remarks>
public sealed class CallNotRecordedException : Exception
{
    internal CallNotRecordedException(StreamName stream, string kind, JsonElement response, Exception innerException)
        : base($"A call of kind '{kind}' in '{stream}' was made, and its answer could not be recorded: {innerException.Message}", innerException) =>
        (Stream, Kind, Response) = (stream, kind, response);

    /// <summary>The stream of the run or branch.</summary>
    public StreamName Stream { get; }

    /// <summary>What was called.</summary>
    public string Kind { get; }

    /// <summary>The answer.</summary>
    public JsonElement Response { get; }
}
