namespace Ledger.Log;

/// <summary>An append was refused because the stream was not as expected.</summary>
public sealed class WrongExpectedVersionException : Exception
{
    /// <summary>States the required and the actual version.</summary>
    public WrongExpectedVersionException(StreamName stream, ExpectedVersion expected, StreamVersion actual)
        : base($"Stream '{stream}' is at version {actual}, but the append expected {expected}. "
            + "Nothing was written; read the stream and decide again.")
    {
        Stream = stream;
        Expected = expected;
        Actual = actual;
    }

    /// <summary>The stream.</summary>
    public StreamName Stream { get; }

    /// <summary>The version that the append required.</summary>
    public ExpectedVersion Expected { get; }

    /// <summary>The version that the stream had.</summary>
    public StreamVersion Actual { get; }
}
