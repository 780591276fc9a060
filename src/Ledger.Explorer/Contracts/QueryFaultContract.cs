using Ledger.Postgres.Queries;

namespace Ledger.Explorer.Contracts;

/// <summary>Why a question in SQL was not answered.</summary>
/// <param name="Error">The sentence for people.</param>
/// <param name="Code">The SQLSTATE.</param>
/// <param name="Line">The line of the question, from 1.</param>
/// <param name="Column">The column of the line, from 1.</param>
internal sealed record QueryFaultContract(string Error, string Code, int? Line = null, int? Column = null)
{
    public static QueryFaultContract Of(SqlQueryException fault) => new(fault.Message, fault.Code, fault.Line, fault.Column);
}
