using Ledger.Projections;
using Npgsql;

namespace Ledger.Postgres.Projections.Inline;

/// <summary>Rows of the application that C# code writes, event by event, in the append's transaction.</summary>
/// <remarks>
/// <para>Inline, the handlers run after the insert and before the commit, in the order of the log: their rows are current as soon as the append is
/// acknowledged, and are rolled back with it. They see the events of the batch, and any that another program appended to the same streams without this
/// projection. Each statement is a round trip while the streams are locked; where one statement can do it for many events, a <see cref="RowProjection"/> is
/// faster.</para>
/// <para>A handler that throws refuses the append that caused it, alone, with <see cref="ProjectionFailedException"/>; a failure of the
/// database is Npgsql's exception. A handler can be called again for an event whose transaction was rolled back, so it should do nothing
/// that cannot be rolled back with it.</para>
/// <code>
/// var owners = new EventProjection("owners").On&lt;AccountOpened&gt;(async (opened, recorded, connection, cancellationToken) =>
/// {
///     await using var insert = new NpgsqlCommand("insert into owners (stream, owner) values ($1, $2)", connection)
///     {
///         Parameters = { new() { Value = recorded.Stream.Value }, new() { Value = opened.Owner } },
///     };
///     await insert.ExecuteNonQueryAsync(cancellationToken);
/// });
/// </code>
/// </remarks>
public sealed class EventProjection : Projection
{
    private readonly EventHandlers<ApplyEvent> _handlers;

    /// <summary>Declares a projection that ignores every event; <c>On</c> adds those that it handles.</summary>
    /// <param name="name">Its name, under which its progress is stored: 1 to 200 characters, without <c>:</c>.</param>
    public EventProjection(string name)
        : this(name, EventHandlers<ApplyEvent>.None)
    {
    }

    private EventProjection(string name, EventHandlers<ApplyEvent> handlers)
        : base(name, handlers.Types) => _handlers = handlers;

    /// <summary>The statement that removes all rows, so that they can be rebuilt: default null, and a rebuild is refused.</summary>
    /// <remarks><c>{events}</c> and <c>{ledger}</c> are the schemas.</remarks>
    public string? Reset { get; init; }

    /// <summary>Adds a handler for events of one type.</summary>
    /// <param name="apply">
    /// Is given the event, its place in the log, and the connection, which is in the append's transaction: commands on it are part of it,
    /// and must be ended when the task is. It must not end the transaction.
    /// </param>
    /// <returns>A new declaration; this one stays as it is.</returns>
    /// <exception cref="ArgumentException">The type is handled already.</exception>
    public EventProjection On<TEvent>(Func<TEvent, RecordedEvent, NpgsqlConnection, CancellationToken, Task> apply)
        where TEvent : class
    {
        ArgumentNullException.ThrowIfNull(apply);
        Task ApplyAsync(RecordedEvent recorded, NpgsqlConnection connection, CancellationToken cancellationToken) =>
            apply((TEvent)recorded.Data, recorded, connection, cancellationToken);
        return new EventProjection(Name, _handlers.With(Name, typeof(TEvent), ApplyAsync))
        {
            Version = Version,
            StreamPrefix = StreamPrefix,
            Reset = Reset,
        };
    }

    /// <summary>The handler of an event, or null.</summary>
    internal ApplyEvent? Find(RecordedEvent recorded) => _handlers.Find(recorded);
}
