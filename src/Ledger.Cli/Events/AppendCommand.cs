using System.CommandLine;
using Ledger.Cli.Output;
using Ledger.Cli.Streams;
using Ledger.Events;
using Ledger.Explorer.Contracts;
using Ledger.Explorer.Failures;
using Ledger.Log;
using Ledger.Runs;

namespace Ledger.Cli.Events;

/// <summary><c>ledger append</c></summary>
internal sealed class AppendCommand : LedgerCommand
{
    private readonly Argument<string> _stream = StreamArgument.Create(
        "A run or branch, by its id or stream name, or another stream. A run or stream that does not exist is created; branches are created by 'ledger fork'.",
        "STREAM");

    private readonly Option<string?> _file = new("--file")
    {
        Description = "A file of events, one JSON object per line: {id, type, source, actor, cause, timestamp, data}; or the list that 'ledger events --json' prints. '-' reads standard input.",
        HelpName = "F",
    };

    private readonly Option<string?> _type = new("--type") { Description = "The type of one event.", HelpName = "T" };
    private readonly Option<string?> _data = new("--data") { Description = "The event's JSON. Default: {}.", HelpName = "JSON" };
    private readonly Option<string?> _expect = new("--expect")
    {
        Description = "Append only if the history has this length; 'none': only if it has no events.",
        HelpName = "N|none",
    };

    private readonly Option<string?> _actor = new("--actor") { Description = "The actor of events that name none.", HelpName = "A" };
    private readonly Option<string[]> _cause = new("--cause")
    {
        Description = "The ids of the causes, for events that name none.",
        HelpName = "ID",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string?> _call = new("--call") { Description = "The call of a task that the events belong to.", HelpName = "CALL" };
    private readonly Option<string> _validate = OnOrOff("--validate", "Whether to refuse object and relation events that cannot be applied to the world: 'on' or 'off'.");
    private readonly Option<string> _create = OnOrOff("--create", "Whether to create a run or stream that does not exist: 'on' or 'off', for scripts, in which a misspelt name has to fail.");

    public AppendCommand()
        : base("append", "Appends events, all or none. Events sent again with the same ids are written once.")
    {
        Add(_stream);
        foreach (var option in new Option[] { _file, _type, _data, _expect, _actor, _cause, _call, _validate, _create })
        {
            Add(option);
        }

        Examples =
        [
            "ledger append first --type note --data '{\"text\": \"hello\"}' --actor me",
            "ledger append first --type tool.called --data '{\"tool\": \"search\"}' --call c1",
            "ledger append first --file events.jsonl --expect none",
            "ledger append first --type note --create off",
            "tail -n 5 events.jsonl | ledger append run:first --file -",
        ];
    }

    public override async Task RunAsync(Session session, CancellationToken cancellationToken)
    {
        Position? expected = session.Get(_expect) is { } length ? ExpectedLength.Parse(length) : null;
        var defaults = new EventDefaults(session.Get(_actor), session.Get(_call), session.Get(_cause) ?? []);
        using var source = await OpenAsync(session, defaults, cancellationToken);
        var count = await source.CheckAsync(session, cancellationToken);
        await using var connection = await session.ConnectAsync(cancellationToken);
        var text = new HistoryText(session.Get(_stream));
        var (found, at) = text.TryChoose(await connection.Ledger.FindAllAsync(text.Names, cancellationToken));
        if (at is { } position)
        {
            throw new RefusalException(
                $"'{session.Get(_stream)}' means {HistoryText.FirstEvents(position)} of {found!.StreamName}. Nothing was written; events are appended at the end of '{found.StreamName}'.");
        }

        if (found is null && session.Get(_create) == "off")
        {
            throw new RefusalException(
                $"There is no stream '{session.Get(_stream)}', and --create is off. Nothing was written; 'ledger run list' and 'ledger branches' show what exists.", FailureCodes.NotFound);
        }

        var stream = found?.StreamName ?? StreamIds.Create(session.Get(_stream));
        var append = new Appending(connection, stream, expected, session.Get(_validate) == "off" ? AppendCheck.None : AppendCheck.World);
        var (appended, version) = await session.Progress.RunAsync(
            $"Appending {Printable.Count(count, "event")}", count, progress => append.RunAsync(source, count, progress, cancellationToken));
        Print(session, stream, isNew: found is null, appended, version, count);
        foreach (var hint in source.Types.Select(connection.Store.Registry.HintFor).OfType<string>())
        {
            await session.Io.Error.WriteLineAsync(Printable.Of($"ledger: {hint}"));
        }
    }

    private static Option<string> OnOrOff(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "on|off",
        Arity = ArgumentArity.ZeroOrOne,
        DefaultValueFactory = _ => "on",
        CustomParser = result =>
        {
            var text = result.Tokens is [var token] ? token.Value : "on";
            if (text is not ("on" or "off"))
            {
                result.AddError($"{name} must be 'on' or 'off', but was '{text}'");
            }

            return text;
        },
    };

    private async Task<EventSource> OpenAsync(Session session, EventDefaults defaults, CancellationToken cancellationToken) =>
        (session.Get(_file), session.Get(_type)) switch
        {
            ({ } path, null) when session.Get(_data) is null =>
                new EventSource(await EventLines.OpenForTwoReadingsAsync(path, session.Io, cancellationToken), defaults),
            (null, { } type) => new EventSource(
                new NewEvent(new UntypedEvent(type, JsonArgument.Parse("--data", session.Get(_data) ?? "{}"))), defaults),
            _ => throw new UsageException("An append needs either --file, or --type with --data. 'ledger append --help' shows how to use it."),
        };

    private static void Print(Session session, StreamName stream, bool isNew, RunAppend appended, StreamVersion version, long count)
    {
        var length = appended.Length;
        var first = length.Value - count;
        if (!session.Json)
        {
            var places = count == 1 ? $"position {first}" : $"positions {first} to {length.Value - 1}";
            session.Out.Line(appended.Outcome == AppendOutcome.AlreadyWritten
                ? $"{(count == 1 ? "The event was" : $"The {Printable.Count(count, "event")} were")} already in {stream}, the last at position {length.Value - 1}; nothing was written."
                : $"Appended {Printable.Count(count, "event")} to {stream}{(isNew ? ", which is new," : "")} at {places}; the history now has {Printable.Count(length.Value, "event")}.");
            return;
        }

        session.Out.Json(AppendContract.Of(stream, appended, count, version), ContractContext.Default.AppendContract);
    }
}
