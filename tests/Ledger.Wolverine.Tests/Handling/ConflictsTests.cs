using Ledger.Wolverine.Handling;
using Marten.Exceptions;
using Npgsql;
using Shouldly;
using Xunit;

namespace Ledger.Wolverine.Tests.Handling;

/// <summary>Which failures let a handler run again.</summary>
public sealed class ConflictsTests
{
    [Theory]
    [InlineData(PostgresErrorCodes.InternalError)]
    [InlineData(PostgresErrorCodes.UniqueViolation)]
    [InlineData(PostgresErrorCodes.DuplicateTable)]
    [InlineData(PostgresErrorCodes.DeadlockDetected)]
    public void Tables_ThatAnotherNodeMakesAtThatMoment_AreAConflict(string code)
    {
        Conflicts.Contains(SchemaFault(Refusal(code))).ShouldBeTrue();
        Conflicts.Contains(SchemaFault(new InvalidOperationException("wrapped", Refusal(code)))).ShouldBeTrue();
    }

    [Theory]
    [InlineData(PostgresErrorCodes.InsufficientPrivilege)]
    [InlineData(PostgresErrorCodes.SyntaxError)]
    public void Tables_ThatMayNotBeMade_AreNone(string code) => Conflicts.Contains(SchemaFault(Refusal(code))).ShouldBeFalse();

    [Fact]
    public void RowThatIsThere_OutsideOfASchemaChange_IsNone() =>
        Conflicts.Contains(Refusal(PostgresErrorCodes.UniqueViolation)).ShouldBeFalse();

    private static MartenSchemaException SchemaFault(Exception cause) => new("All Configured Changes", "create table …", cause);

    private static PostgresException Refusal(string code) => new("refused", "ERROR", "ERROR", code);
}
