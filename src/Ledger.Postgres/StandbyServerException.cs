namespace Ledger.Postgres;

/// <summary>The operation needs the primary, but the server is a standby.</summary>
/// <remarks>Streams, histories and worlds are read on a standby too; the log across streams is not.</remarks>
public sealed class StandbyServerException : Exception
{
    /// <summary>States the reason.</summary>
    public StandbyServerException()
        : base("The server is a standby, which does not show which transactions still hold numbers of the log: reading the log there could pass "
            + "an event that appears later. Connect to the primary; streams, runs and worlds can be read here.")
    {
    }
}
