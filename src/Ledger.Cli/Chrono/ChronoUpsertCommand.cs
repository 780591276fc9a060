using System.CommandLine;
using Ledger.Cli.Output;
using Ledger.Cli.Streams;
using Ledger.Explorer.Contracts;
using Ledger.Records;
using Ledger.Records.Chronomemory;

namespace Ledger.Cli.Chrono;

/// <summary><c>ledger chrono upsert</c></summary>
internal sealed class ChronoUpsertCommand : ChronoWriteCommand
{
    private readonly Argument<string?> _id = StreamArgument.CreateOptional("The record's id; an existing record with this id is replaced as a whole.");
    private readonly RecordOptions _record = new();
    private readonly Option<string?> _json = new("--record")
    {
        Description = "The record as a JSON object, instead of the other options.",
        HelpName = "JSON",
    };

    private readonly Option<string?> _file = new("--file")
    {
        Description = "Many records, all or none: a JSON array, or one record per line; - reads standard input.",
        HelpName = "FILE",
    };

    private readonly Option<Guid?> _eventId = new("--event-id")
    {
        Description = "The id of the event, a UUID; repeated with the same id, nothing is written twice.",
        HelpName = "UUID",
    };

    public ChronoUpsertCommand()
        : base("upsert", "Writes one or more records. Defaults: a fact, active, observed, confidence 0.7.")
    {
        Add(_id);
        _record.AddTo(this);
        Add(_json);
        Add(_file);
        Add(_eventId);
        Examples =
        [
            "ledger chrono upsert demo R-1 --label \"Water boils at 100 °C\" --confidence 0.9",
            "ledger chrono upsert demo --record '{\"id\": \"R-2\", \"kind\": \"requirement\", \"label\": \"It must be quick\"}'",
            "ledger chrono upsert demo --file records.jsonl",
        ];
    }

    protected override void Check(Session session)
    {
        var given = (session.Get(_id) is null ? 0 : 1) + (session.Get(_json) is null ? 0 : 1) + (session.Get(_file) is null ? 0 : 1);
        if (given != 1)
        {
            throw new UsageException("Name the record by its ID, or give --record or --file: one of the three.");
        }

        if (session.Get(_id) is null && _record.FindGiven(session) is { } option)
        {
            throw new UsageException($"{option} belongs to a record that is named by its ID; write it into the JSON instead.");
        }
    }

    protected override async Task RunAsync(Session session, ChronoStore store, CancellationToken cancellationToken)
    {
        var eventId = session.Get(_eventId) ?? Guid.CreateVersion7();
        if (session.Get(_file) is { } file)
        {
            var records = await RecordFile.ReadAsync(file, session.Io, cancellationToken);
            Show(session, await store.UpsertManyAsync(records, eventId, cancellationToken));
            return;
        }

        var record = session.Get(_json) is { } json ? RecordOptions.Parse("--record", json) : _record.Read(session, session.Get(_id)!);
        ChronoText.Show(session, await store.UpsertAsync(record, eventId, cancellationToken));
    }

    private static void Show(Session session, IReadOnlyList<WalEvent> events)
    {
        if (session.Json)
        {
            var head = events.Count == 0 ? null : $"{events[^1].Seq}:{events[^1].Hash}";
            session.Out.Json(new UpsertContract(events.Count, head), ContractContext.Default.UpsertContract);
        }
        else
        {
            session.Out.Line(events.Count == 0
                ? "Upserted nothing."
                : $"Upserted {Printable.Count(events.Count, "record")}, seq {events[0].Seq} to {events[^1].Seq}.");
        }
    }
}
