namespace Ledger.Conformance.Laws;

public enum StoreCallKind
{
    Append,
    AppendToTwo,
    Repeat,
    Fork,
    CreateBranch,
    Archive,
    ReadForward,
    ReadBackward,
    ReadHistory,
    Describe,
    List,
}
