using HyperGen.Generator.Routing;

namespace HyperGen.Generator.Emission;

/// <summary>Decides which nodes become methods of their own, so that none grows past what the JIT optimises: 60 KB of IL and 2,000 blocks.</summary>
/// <remarks>The costs are rough counts of basic blocks. The limits lie far below the JIT's, because smaller methods get better registers.</remarks>
internal sealed class MethodPlan
{
    private const int MostInMethod = 240;
    private const int MostInWideChild = 16;
    private const int Call = 3;

    /// <summary>From this many literals on, a node's cases are spread over methods.</summary>
    private const int Wide = 64;

    private readonly HashSet<TrieNode> _methods = [];
    private readonly RouteVerbs _verbs;

    public MethodPlan(TrieNode root, RouteVerbs verbs)
    {
        _verbs = verbs;
        Plan(root);
    }

    public bool IsMethod(TrieNode node) => _methods.Contains(node);

    /// <summary>By how many bits slots are shifted to give the number of a group's method; 0 when one method holds them all.</summary>
    public static int GroupShift(TrieNode node, int slots)
    {
        if (node.Literals.Count <= Wide)
        {
            return 0;
        }
        int shift = 5;
        while (slots >> shift > 512)
        {
            shift++;
        }
        return shift;
    }

    private int Plan(TrieNode node)
    {
        var children = node.Children.Select(child => (Node: child, Cost: Plan(child))).OrderByDescending(static child => child.Cost).ToList();
        int own = 4 + (2 * node.Literals.Count) + node.Candidates.Sum(Cost);
        bool isWide = node.Literals.Count > Wide;
        int total = own + children.Sum(static child => child.Cost);
        foreach ((TrieNode child, int cost) in children)
        {
            if (cost > Call && (isWide ? cost > MostInWideChild : total > MostInMethod))
            {
                _methods.Add(child);
                total -= cost - Call;
            }
        }
        return isWide ? MostInMethod : total;
    }

    private int Cost(Candidate candidate) => 2 + candidate.Template.Parameters.Sum(static parameter => parameter.Constraints.Count) + _verbs.Answers(candidate).Count;
}
