using Ledger.Marten;

namespace Marten;

/// <summary>Has every event tagged by rule, for Marten's queries and decisions by tags.</summary>
public static class LedgerTagExtensions
{
    /// <summary>Registers <see cref="ActorTag"/>, <see cref="ModelTag"/>, <see cref="ToolTag"/> and <see cref="TaskTag"/>. Default: they are not registered, and
    /// events have no such tags.</summary>
    /// <remarks>
    /// <para>Marten makes the tables, and from then on every append to the log writes the tags in its transaction: that of a session of this store, of a run, and of
    /// the native engine in any program, such as an import or the command line. The rule looks at the stored event alone: the actor is that of the metadata; the
    /// model is that of <c>llm.request</c> and <c>llm.response</c>; the tool is that of <c>tool.called</c>, and of the call that a <c>tool.returned</c> answers,
    /// which is found by its event id anywhere in the log, and by its foreign id only among the hundred events before it in the same stream;
    /// the task is that of the stream. Events from before are tagged by <see cref="Ledger.Postgres.Schema.LedgerMigrator.TagEventsAsync"/>.</para>
    /// <para>An append raises the version of each of its tags until it commits, as Marten's own tags do, so appends with the same actor, model, tool or task
    /// wait for each other's commit. A save of a session locks these versions before Marten's operations, in one round trip more. The tables stay when the tags
    /// are not registered any more; without them there are no tags.</para>
    /// <para>Appends write the tables with the rights of their own role, and fail with SQLSTATE 42501 if it lacks them. Once the tables are there, or before by
    /// <c>alter default privileges</c>, grant every role that appends, other than their owner, <c>select</c> and <c>insert</c> on the four tables
    /// <c>mt_event_tag_ledger_…</c>, and <c>select</c>, <c>insert</c> and <c>update</c> on <c>mt_dcb_tag_version</c>. <c>ledger migrate assert</c> lists the
    /// missing ones.</para>
    /// </remarks>
    /// <param name="options">The store's options, before or after <c>UseLedger</c>.</param>
    /// <exception cref="InvalidOperationException">One of them is registered already, with another type of value.</exception>
    public static StoreOptions TagLedgerEvents(this StoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Events.RegisterTagType<ActorTag, string>(tag => tag.Value, "ledger_actor");
        options.Events.RegisterTagType<ModelTag, string>(tag => tag.Value, "ledger_model");
        options.Events.RegisterTagType<ToolTag, string>(tag => tag.Value, "ledger_tool");

        // The last: its table shows that the others are there.
        options.Events.RegisterTagType<TaskTag, string>(tag => tag.Value, "ledger_task");
        return options;
    }
}
