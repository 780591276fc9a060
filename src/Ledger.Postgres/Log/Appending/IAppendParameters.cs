using Ledger.Log;
using Npgsql;

namespace Ledger.Postgres.Log.Appending;

/// <summary>The parameters of a function that appends; their values are set for each call.</summary>
internal interface IAppendParameters
{
    /// <summary>The streams of the requests, each once.</summary>
    IReadOnlyList<string> Streams { get; }

    /// <summary>Adds them to a command.</summary>
    void AddTo(NpgsqlParameterCollection parameters);

    /// <summary>Takes requests in the place of those before.</summary>
    void Fill(IReadOnlyList<AppendRequest> requests);
}
