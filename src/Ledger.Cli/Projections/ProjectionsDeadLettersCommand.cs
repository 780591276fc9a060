using System.CommandLine;
using Ledger.Cli.Connections;
using Ledger.Cli.Output;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Failures;
using Ledger.Postgres.Projections.Daemon;

namespace Ledger.Cli.Projections;

/// <summary><c>ledger projections dead-letters</c></summary>
internal sealed class ProjectionsDeadLettersCommand : LedgerCommand
{
    private const int LongestReason = 1_000;

    private readonly Argument<string?> _name = new("NAME")
    {
        Description = "A projection or subscription. Default: all.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<bool> _replay = new("--replay")
    {
        Description = "Ask the node that runs the projection to apply the events again; those that succeed are no longer dead letters.",
    };

    private readonly Option<Guid[]> _id = new("--id")
    {
        Description = "Only this dead letter; may be given several times.",
        HelpName = "ID",
        CustomParser = result =>
        {
            // The conversion of the parser itself fails only where the value is read.
            var ids = new List<Guid>();
            foreach (var token in result.Tokens)
            {
                if (Guid.TryParse(token.Value, out var id))
                {
                    ids.Add(id);
                }
                else
                {
                    result.AddError($"--id must be a UUID, but was '{token.Value}'");
                }
            }

            return [.. ids];
        },
    };

    private readonly Option<string?> _drop = new("--drop")
    {
        Description = "Take those of NAME, or of --id, out of the list for good: their events stay skipped, and the database keeps the reason.",
        HelpName = "REASON",
    };

    public ProjectionsDeadLettersCommand()
        : base("dead-letters", "Lists the events that a projection or subscription failed to apply and skipped, applies them again, or drops them.")
    {
        Add(_name);
        Add(_replay);
        Add(_id);
        Add(_drop);
        Examples =
        [
            "ledger projections dead-letters",
            "ledger projections dead-letters usage --replay",
            "ledger projections dead-letters usage --drop 'the mailbox is gone'",
        ];
    }

    public override bool ListsRows => true;

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var ids = session.Get(_id) ?? [];
        if (session.Get(_drop) is { } reason)
        {
            CheckDrop(session, reason, ids);
        }

        await using var connection = await session.ConnectAsync(cancellationToken);
        var letters = await connection.Projections.ListDeadLettersAsync(session.Get(_name), cancellationToken);
        if (ids.Length > 0)
        {
            letters = [.. ids.Distinct().Select(id => letters.FirstOrDefault(l => l.Id == id) ?? throw new RefusalException($"There is no dead letter {id} here.", FailureCodes.NotFound))];
        }

        if (session.Get(_drop) is not null)
        {
            await DropAsync(session, connection, letters, session.Get(_drop)!, cancellationToken);
            return;
        }

        if (session.Get(_replay))
        {
            await ReplayAsync(session, connection, letters, cancellationToken);
            return;
        }

        if (await session.ListAsync(letters.Select(DeadLetterContract.Of), ContractContext.Default.DeadLetterContract, cancellationToken))
        {
            return;
        }

        if (session.Json)
        {
            session.Out.Json([.. letters.Select(DeadLetterContract.Of)], ContractContext.Default.IReadOnlyListDeadLetterContract);
            return;
        }

        foreach (var letter in letters)
        {
            session.Out.Add($"{letter.Sequence}".PadLeft(12), Tone.Name).Add($"  {Printable.Time(letter.RecordedAt)}  ", Tone.Faint)
                .Add($"{letter.Projection}  {letter.Type ?? "?"} of {letter.Stream}  ").AddRest($"{letter.ExceptionType}: {letter.Message}", Tone.Removed).EndLine();
            session.Out.Line($"{"",14}{letter.Id}", Tone.Faint);
        }

        if (letters.Count == 0)
        {
            session.Out.Line("There are no dead letters.");
        }
    }

    private void CheckDrop(Session session, string reason, Guid[] ids)
    {
        if (string.IsNullOrWhiteSpace(reason) || reason.Length > LongestReason)
        {
            throw new UsageException($"--drop must say in 1 to {LongestReason} characters why the events need not be applied.");
        }

        if (session.Get(_replay))
        {
            throw new UsageException("--drop cannot be combined with --replay.");
        }

        if (session.Get(_name) is null && ids.Length == 0)
        {
            throw new UsageException("--drop needs the name of a projection, or --id.");
        }
    }

    private static async Task DropAsync(
        Session session, LedgerConnection connection, IReadOnlyList<DeadLetter> letters, string reason, CancellationToken cancellationToken)
    {
        foreach (var letter in letters)
        {
            await connection.Projections.DropAsync(letter, reason, cancellationToken);
        }

        if (session.Json)
        {
            session.Out.Json(new DroppedLettersContract(letters.Count), ContractContext.Default.DroppedLettersContract);
            return;
        }

        session.Out.Line($"{Printable.Count(letters.Count, "dead letter")} dropped.");
    }

    // Replaying a snapshot clears all dead letters of a stream.
    private static async Task ReplayAsync(
        Session session, LedgerConnection connection, IReadOnlyList<DeadLetter> letters, CancellationToken cancellationToken)
    {
        var failures = new List<string>();
        foreach (var letter in letters)
        {
            if ((await connection.Projections.ListDeadLettersAsync(letter.Projection, cancellationToken)).All(l => l.Id != letter.Id))
            {
                continue;
            }

            try
            {
                await connection.Projections.ReplayAsync(letter, cancellationToken);
            }
            catch (RequestFailedException failure)
            {
                failures.Add($"{letter.Projection} at event {letter.Sequence}: {failure.Message}");
            }
        }

        var done = letters.Count - failures.Count;
        if (session.Json)
        {
            session.Out.Json(new ReplayedLettersContract(done, failures.Count), ContractContext.Default.ReplayedLettersContract);
        }
        else
        {
            session.Out.Line($"{Printable.Count(done, "dead letter")} applied.");
        }

        if (failures.Count > 0)
        {
            throw new RefusalException(string.Join(' ', failures));
        }
    }
}
