using Ledger.Log;

namespace Ledger.Explorer.Chrono;

/// <summary>The record stores in the log.</summary>
internal sealed record ProjectListModel(StreamQuery Query, StreamPage Page);
