using Ledger.Log;

namespace Ledger.Explorer.Chrono;

/// <summary>The stores of records in the log.</summary>
internal sealed record ProjectListModel(StreamQuery Query, StreamPage Page);
