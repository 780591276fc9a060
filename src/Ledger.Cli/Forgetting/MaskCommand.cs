using System.CommandLine;
using Ledger.Cli.Connections;
using Ledger.Cli.Output;
using Ledger.Cli.Streams;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Failures;
using Ledger.Forgetting;
using Ledger.Postgres.Projections.Rebuilding;

namespace Ledger.Cli.Forgetting;

/// <summary><c>ledger mask</c></summary>
internal sealed class MaskCommand : LedgerCommand
{
    private readonly Argument<Guid[]> _events = new("EVENT") { Description = "Events, by their ids.", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string?> _stream = new("--stream")
    {
        Description = "All events of a run or branch by its id, or of any stream by its name: task:ID, chrono:PROJECT. What a branch shares is in its parent's stream.",
        HelpName = "ID",
    };

    private readonly Option<string?> _subject = new("--subject") { Description = "All that --rules find about a person or another subject: the whole log is read.", HelpName = "SUBJECT" };
    private readonly Option<string?> _rules = new("--rules") { Description = "A JSON file of rules: [{\"type\": …, \"path\": …, \"subject\": …}].", HelpName = "FILE" };
    private readonly Option<string[]> _paths = new("--path")
    {
        Description = "A part of the payload, such as $.data.mail, $.items[*].note or $..mail; repeat it for several. Default: the whole payload.",
        HelpName = "PATH",
    };

    private readonly Option<string?> _type = new("--type") { Description = "Only events of this name.", HelpName = "NAME" };
    private readonly Option<string?> _reason = new("--reason") { Description = "Why. It is written into the log, so do not repeat what is to be forgotten.", HelpName = "TEXT" };
    private readonly Option<string?> _by = new("--by") { Description = "Who asked for it.", HelpName = "NAME" };
    private readonly Option<bool> _replaced = new("--replaced")
    {
        Description = "Another program, such as Marten's masking, has replaced the payload of the events already: keep it, and do the rest. Without EVENT, all that are sealed.",
    };

    private readonly Option<bool> _list = new("--list")
    {
        Description = "Print what was masked, a JSON object on each line: ids, paths and reasons. Keep it beside the backups.",
    };

    private readonly Option<string?> _again = new("--again")
    {
        Description = "Mask again what such a list names, after a restore from a backup or an archive. What is masked still stays as it is.",
        HelpName = "FILE",
    };

    private readonly Option<bool> _rebuild = new("--rebuild") { Description = "Rebuild the application's projections afterwards, by the nodes that run them." };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Show what would be masked, and mask nothing." };

    public MaskCommand()
        : base(
            "mask",
            "Replaces payloads of events in place, for good, and says so in the log. Worlds, snapshots, tasks, records, searches and branches follow, and the seal stays "
            + "true. If it is cut off, run it again. Exit code 1 if an event could not be masked.")
    {
        Add(_events);
        Add(_stream);
        Add(_subject);
        Add(_rules);
        Add(_paths);
        Add(_type);
        Add(_reason);
        Add(_by);
        Add(_replaced);
        Add(_list);
        Add(_again);
        Add(_rebuild);
        Add(_dryRun);
        Examples =
        [
            "ledger mask --stream first --path $.data.mail --reason \"request 17\" --dry-run",
            "ledger mask 0199f6a4-7c1e-7000-8000-000000000001 --reason \"request 17\" --by dpo",
            "ledger mask --subject customer-7 --rules personal.json --reason \"request 17\" --by dpo",
            "ledger mask --list > masked.jsonl",
            "ledger mask --again masked.jsonl",
        ];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        var isDry = session.Get(_dryRun);
        if (session.Get(_list) || session.Get(_again) is not null)
        {
            await ListOrRepeatAsync(session, isDry, cancellationToken);
            return;
        }

        var reason = session.Get(_reason) ?? (isDry ? "dry run" : throw new UsageException("Say why with --reason."));
        var rules = session.Get(_rules) is { } file ? await RuleFile.ReadAsync(file, cancellationToken) : [];
        var (events, stream, subject) = (session.Get(_events) ?? [], session.Get(_stream), session.Get(_subject));
        var isReplaced = session.Get(_replaced);
        if (new[] { events.Length > 0, stream is not null, subject is not null }.Count(given => given) != (isReplaced && events.Length == 0 ? 0 : 1))
        {
            throw new UsageException(isReplaced ? "--replaced is of events by their ids, or of all." : "Name events by their ids, or a --stream, or a --subject.");
        }

        if ((subject is null) != (rules.Count == 0))
        {
            throw new UsageException("--subject needs --rules with rules, and these are for nothing else.");
        }

        await using var connection = await session.ConnectAsync(cancellationToken);
        MaskRequest request;
        try
        {
            request = subject is not null ? MaskRequest.OfSubject(subject, reason)
                : stream is not null ? MaskRequest.OfStream((await Histories.FindAsync(connection, stream, cancellationToken)).StreamName, reason)
                : isReplaced ? events.Length == 0 ? MaskRequest.OfReplaced(reason) : MaskRequest.OfReplaced(events, reason)
                : MaskRequest.OfEvents(events, reason);
            request = request with { By = session.Get(_by), EventType = session.Get(_type), Paths = session.Get(_paths) ?? [] };
        }
        catch (ArgumentException fault)
        {
            throw new UsageException(fault.Message.Split(" (Parameter", 2)[0]);
        }

        var masking = new EventMasking(connection.Store, rules);
        var report = isDry
            ? await session.Progress.RunAsync("Reading", () => masking.PlanAsync(request, cancellationToken))
            : await session.Progress.RunAsync("Masking", () => masking.MaskAsync(request, cancellationToken));
        await EndAsync(session, connection, report, isDry, isAgain: false, cancellationToken);
    }

    private async Task ListOrRepeatAsync(Session session, bool isDry, CancellationToken cancellationToken)
    {
        if (session.Get(_list) == (session.Get(_again) is not null)
            || session.Get(_events) is { Length: > 0 }
            || new[] { session.Get(_stream), session.Get(_subject), session.Get(_rules), session.Get(_type), session.Get(_reason), session.Get(_by) }.Any(given => given is not null)
            || session.Get(_paths) is { Length: > 0 }
            || session.Get(_replaced))
        {
            throw new UsageException("--list and --again stand alone: what is masked again, and why, is in the file.");
        }

        await using var connection = await session.ConnectAsync(cancellationToken);
        if (session.Get(_again) is not { } file)
        {
            await session.Out.JsonLinesAsync(
                EventMasking.ReadMaskedAsync(connection.Store, cancellationToken).Select(MaskedEventContract.Of), ContractContext.Default.MaskedEventContract);
            return;
        }

        var masking = new EventMasking(connection.Store);
        var masked = (await MaskedFile.ReadAsync(file, cancellationToken)).ToAsyncEnumerable();
        var report = isDry
            ? await session.Progress.RunAsync("Reading", () => masking.PlanAgainAsync(masked, cancellationToken))
            : await session.Progress.RunAsync("Masking", () => masking.MaskAgainAsync(masked, cancellationToken));
        await EndAsync(session, connection, report, isDry, isAgain: true, cancellationToken);
    }

    private async Task EndAsync(Session session, LedgerConnection connection, MaskReport report, bool isDry, bool isAgain, CancellationToken cancellationToken)
    {
        Print(session, report, isDry, isAgain);
        foreach (var projection in session.Get(_rebuild) && !isDry ? report.Projections : [])
        {
            await session.Progress.RunAsync($"Rebuilding {projection}", () => connection.Projections.RebuildAsync(projection, new RebuildOptions(), null, cancellationToken));
        }

        if (report.Refused.Count > 0)
        {
            throw new RefusalException($"{Printable.Number(report.Refused.Count)} event{(report.Refused.Count == 1 ? "" : "s")} could not be masked.", FailureCodes.CheckFailed);
        }
    }

    private static void Print(Session session, MaskReport report, bool isDry, bool isAgain)
    {
        if (session.Json)
        {
            session.Out.Json(MaskContract.Of(report, isDry, isAgain), ContractContext.Default.MaskContract);
            return;
        }

        foreach (var one in report.Events)
        {
            session.Out.Add(isDry ? "would mask  " : "masked      ", Tone.Changed)
                .Add($"{one.EventId}  {Printable.Of(one.Stream)} {Printable.Number(one.Version)}  {Printable.Of(one.Type)}").EndLine();
        }

        foreach (var one in report.Refused)
        {
            session.Out.Add("not masked  ", Tone.Removed).Add($"{one.EventId}  {one.Reason}").EndLine();
        }

        session.Out.Fact("read      ", Printable.Number(report.Read));
        session.Out.Fact(isDry ? "would mask" : "masked    ", Printable.Number(report.Masked));
        session.Out.Fact("unchanged ", Printable.Number(report.Unchanged));
        if (isAgain)
        {
            session.Out.Fact("missing   ", Printable.Number(report.Missing));
        }

        if (report.Projections.Count > 0)
        {
            session.Out.Fact("rebuild   ", $"{string.Join(", ", report.Projections.Select(Printable.Of))}: 'ledger projections rebuild NAME'", Tone.Changed);
        }

        foreach (var archive in report.Archives)
        {
            session.Out.Fact("archive   ", $"{Printable.Of(archive)}: not read; a restore brings back what it has", Tone.Changed);
        }
    }
}
