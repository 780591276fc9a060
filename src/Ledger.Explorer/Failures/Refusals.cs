namespace Ledger.Explorer.Failures;

/// <summary>A run, an event, an object or another thing does not exist.</summary>
internal sealed class NotFoundException(string message) : Exception(message);

/// <summary>The current state does not allow the request.</summary>
internal sealed class ConflictException(string message) : Exception(message);

/// <summary>The request would write, but writing is off.</summary>
internal sealed class WritingRefusedException : Exception
{
    public WritingRefusedException()
        : base("This explorer is read-only. Allow writing where the explorer is mapped, or start 'ledger serve' with --allow-writing.")
    {
    }

    /// <summary>Writing is off for a token.</summary>
    public WritingRefusedException(string token)
        : base($"The token of '{token}' is read-only. Nothing was written; sign in with one that may write.")
    {
    }
}

/// <summary>Masking is off, or off for a token.</summary>
internal sealed class MaskingRefusedException(string? token) : Exception(token is null
    ? "This explorer does not mask. Allow masking where the explorer is mapped, or start 'ledger serve' with --allow-masking."
    : $"The token of '{token}' may not mask, or this explorer does not. Nothing was masked; 'ledger token create NAME --mask' makes a token that may, and 'ledger serve --allow-masking' allows it.");

/// <summary>The role of the explorer may not read what proofs are made of.</summary>
internal sealed class ProvingRefusedException() : Exception(
    "The role of this explorer may not read the salts of the seal, without which it proves nothing and serves no entries. That of an auditor or operator may.");

/// <summary>The request has no token, or one that is not known.</summary>
internal sealed class TokenNeededException() : Exception(
    "This explorer asks for a token, and the request has none that is known here. Send it as 'Authorization: Bearer TOKEN', or sign in on the page /login.");

/// <summary>The list of tokens cannot be read; the inner exception has the reason, which is for the log only.</summary>
internal sealed class TokensUnreadableException(Exception reason) : Exception(
    "No request is let in until the list of tokens can be read again; the server's log has the reason.", reason);

/// <summary>The limit of live viewers is reached.</summary>
internal sealed class TooManyViewersException(int most) : Exception(
    $"{most} viewers are already following, the most allowed. Reload the page to see new events.");

/// <summary>As many bodies are being taken as there is room for.</summary>
internal sealed class TooManyUploadsException() : Exception("Other files are being taken, as many as there is room for. Nothing was written; send it again later.");

/// <summary>As many exports are being made as there is room for.</summary>
internal sealed class TooManyExportsException() : Exception("Other exports are being made, as many as there is room for. Ask again later.");

/// <summary>As many questions in SQL are being answered as there is room for.</summary>
internal sealed class TooManyQueriesException() : Exception("Other questions are being answered, as many as there is room for. Ask again later.");

/// <summary>The application's runner did not accept a request to run on, or it is not known whether it did.</summary>
internal sealed class RunnerFailedException : Exception
{
    private RunnerFailedException(StreamName stream, Position length, string message)
        : base(message) => (Stream, Length) = (stream, length);

    public StreamName Stream { get; }

    /// <summary>The length from which it was asked to run on, which is that of the same request again.</summary>
    public Position Length { get; }

    /// <summary>It failed.</summary>
    public static RunnerFailedException Of(StreamName stream, Position length, string reason) => new(
        stream, length, $"The runner did not accept '{stream}', which stays: {reason}. Ask it again, or run your agent there yourself.");

    /// <summary>It did not answer.</summary>
    public static RunnerFailedException Late(StreamName stream, Position length, string when) => new(
        stream, length, $"The runner did not answer {when}, and may have accepted '{stream}'. Look whether an agent is at work there; asking again is the same request, for which a runner starts an agent once.");
}

/// <summary>A request has the key of another one.</summary>
internal sealed class KeyReusedException() : Exception(
    "A request with this 'Idempotency-Key' had another body. Nothing was written; give each request its own key, and send the same body with it again.");

/// <summary>Questions in SQL are off.</summary>
internal sealed class QueryingRefusedException : Exception
{
    public QueryingRefusedException()
        : base("This explorer answers no questions in SQL. Allow querying where the explorer is mapped, or start 'ledger serve' with --allow-queries.")
    {
    }
}
