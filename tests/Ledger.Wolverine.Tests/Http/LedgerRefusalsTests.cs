using JasperFx;
using Ledger.Log;
using Ledger.Wolverine.Http;
using Marten.Exceptions;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Wolverine.Tests.Http;

public sealed class LedgerRefusalsTests
{
    private const string Sql = "update ledger.secrets set text = 'x'";

    public static TheoryData<Exception> Overtaken => new()
    {
        new MartenCommandException(new NpgsqlCommand(Sql), new PostgresException(Sql, "ERROR", "ERROR", PostgresErrorCodes.SerializationFailure)),
        new PostgresException(Sql, "ERROR", "ERROR", PostgresErrorCodes.DeadlockDetected),
        new ConcurrencyException(Sql),
    };

    [Theory]
    [MemberData(nameof(Overtaken))]
    public void Detail_OfAnotherPartysException_IsLedgersOwn(Exception fault)
    {
        LedgerRefusals.OnExceptionFilter(fault).ShouldBeTrue();

        var details = LedgerRefusals.OnException(fault);

        (details.Status, details.Title).ShouldBe((409, "Conflict"));
        details.Detail.ShouldBe("Another writer was faster. Nothing was written; read the run again and decide again.");
    }

    [Fact]
    public void Detail_OfLedgersException_IsItsMessage()
    {
        var fault = new StreamNotFoundException(StreamName.Branch("none"));

        LedgerRefusals.OnException(fault).Detail.ShouldBe(fault.Message);
        LedgerRefusals.OnExceptionFilter(new InvalidOperationException(Sql)).ShouldBeFalse();
        LedgerRefusals.OnException(new InvalidOperationException(Sql)).Detail.ShouldBe("The request failed.");
    }
}
