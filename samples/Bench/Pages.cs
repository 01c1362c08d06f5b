namespace Bench;

/// <summary>A page that a browser is told about ahead (103 Early Hints): what it will need it can ask for while the page is being made.</summary>
[HyperController]
public static class Pages
{
    private static readonly SemaphoreSlim s_styles = new(0);

    /// <summary>Answers when the style sheet has been asked for, and says whether that was so in time.</summary>
    [Get("/page/{ms:int:range(0,60000)}"), Push("/page.css", Urgency = 1)]
    public static async Task<Reply> Page(int ms, CancellationToken stop)
    {
        bool isAhead = await s_styles.WaitAsync(ms, stop);
        return Reply.Html($"<!doctype html><link rel=stylesheet href=/page.css><p>style sheet first: {isAhead}");
    }

    [Get("/page.css")]
    public static Reply Style()
    {
        s_styles.Release();
        return Reply.Text("p { color: green }", "text/css; charset=utf-8");
    }
}
