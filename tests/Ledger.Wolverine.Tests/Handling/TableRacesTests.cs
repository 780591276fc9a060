using Ledger.Wolverine.Handling;
using Marten.Exceptions;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Wolverine.Tests.Handling;

/// <summary>Which failures to make a table let a handler run again.</summary>
public sealed class TableRacesTests
{
    [Theory]
    [InlineData(PostgresErrorCodes.InternalError, "tuple concurrently updated", null)]
    [InlineData(PostgresErrorCodes.UniqueViolation, "duplicate key value", "pg_type_typname_nsp_index")]
    [InlineData(PostgresErrorCodes.DuplicateTable, "relation exists", null)]
    [InlineData(PostgresErrorCodes.DeadlockDetected, "deadlock detected", null)]
    public void Tables_ThatAnotherNodeMakesAtThatMoment_AreWaitedFor(string code, string message, string? constraint)
    {
        var refusal = Refusal(code, message, constraint);

        TableRaces.Contains(SchemaFault(refusal)).ShouldBeTrue();
        TableRaces.Contains(SchemaFault(new InvalidOperationException("wrapped", refusal))).ShouldBeTrue();
        TableRaces.Contains(refusal).ShouldBeFalse();
        Conflicts.Contains(SchemaFault(refusal)).ShouldBeFalse();
    }

    [Theory]
    [InlineData(PostgresErrorCodes.InsufficientPrivilege, "permission denied", null)]
    [InlineData(PostgresErrorCodes.UniqueViolation, "duplicate key value", "mt_doc_board_idx_name")]
    [InlineData(PostgresErrorCodes.InternalError, "cache lookup failed", null)]
    public void Tables_ThatCannotBeMade_AreNotWaitedFor(string code, string message, string? constraint) =>
        TableRaces.Contains(SchemaFault(Refusal(code, message, constraint))).ShouldBeFalse();

    private static MartenSchemaException SchemaFault(Exception cause) => new("All Configured Changes", "create table …", cause);

    private static PostgresException Refusal(string code, string message, string? constraint) =>
        new(message, "ERROR", "ERROR", code, constraintName: constraint);
}
