namespace Hello;

internal static class Page
{
    public const string Html = """
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <title>Hello from HyperGen</title>
        <link rel="stylesheet" href="/assets/main.css">
        <h1>Hello from HyperGen</h1>
        <p>Every link is an endpoint of <code>samples/Hello/Program.cs</code>.</p>
        <ul>
          <li><a href="/hello">/hello</a>, <a href="/hello/Ada">/hello/Ada</a>: a route value with a default
          <li><a href="/users">/users</a>, <a href="/users?name=gra">/users?name=gra</a>, <a href="/users/1">/users/1</a>: JSON
          <li><a href="/users/99">/users/99</a>: nobody, a problem document
          <li><a href="/ticks?count=3">/ticks?count=3</a>: server-sent events
          <li><a href="/slow">/slow</a>: a deadline that passes
        </ul>
        </html>
        """;

    public const string Css = """
        body { font: 1.1rem/1.6 system-ui, sans-serif; max-width: 42rem; margin: 4rem auto; padding: 0 1rem; }
        code { background: #f2f2f2; padding: 0.1em 0.3em; }
        """;
}
