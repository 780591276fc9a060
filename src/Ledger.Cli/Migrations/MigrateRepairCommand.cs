using System.CommandLine;
using Ledger.Cli.Connections;
using Ledger.Cli.Output;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Failures;
using Ledger.Postgres.Schema;

namespace Ledger.Cli.Migrations;

/// <summary><c>ledger migrate repair</c></summary>
internal sealed class MigrateRepairCommand : LedgerCommand
{
    private readonly Option<bool> _reset = new("--reset-progress")
    {
        Description = "Sets progress that has passed the end of the log back to the newest event. Default: only report it.",
    };

    public MigrateRepairCommand()
        : base("repair", "Repairs the numbers of a log that was restored or copied in part: moves a sequence that lags behind the events to the newest one.")
    {
        Add(_reset);
        Examples = ["ledger migrate repair", "ledger migrate repair --reset-progress"];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await LedgerConnection.OpenAsIsAsync(session, cancellationToken);
        var progress = session.Get(_reset) ? ProgressRepair.Reset : ProgressRepair.Keep;
        var mended = await connection.Migrator.RepairNumbersAsync(progress, cancellationToken);
        var left = (await connection.Migrator.AssertAsync(cancellationToken)).Where(IsOfNumbers).ToList();
        if (session.Json)
        {
            var answer = new RepairContract([.. mended.Select(SchemaDifferenceContract.Of)], [.. left.Select(SchemaDifferenceContract.Of)]);
            session.Out.Json(answer, ContractContext.Default.RepairContract);
        }
        else
        {
            foreach (var difference in mended)
            {
                session.Out.Line(TextOf(difference));
            }

            foreach (var difference in left)
            {
                session.Out.Line(difference.Message);
            }

            if (mended.Count + left.Count == 0)
            {
                session.Out.Line("The sequence, the events and the progress of readers agree; nothing was changed.");
            }
        }

        if (left.Count > 0)
        {
            throw new RefusalException($"The numbers of the log do not agree yet: {Printable.Count(left.Count, "difference")}.", FailureCodes.CheckFailed);
        }
    }

    private static bool IsOfNumbers(SchemaDifference difference) => difference.Kind is DifferenceKind.SequenceBehind or DifferenceKind.ProgressBeyond;

    private static string TextOf(SchemaDifference difference) => difference.Kind == DifferenceKind.SequenceBehind
        ? $"The {difference.Subject} was at {difference.Actual} and is now at {difference.Expected}, the number of the newest event."
        : $"The {difference.Subject} was at {difference.Actual} and is now at the newest event. Its stored results may include events that are gone: "
            + "rebuild it with 'ledger projections rebuild'.";
}
