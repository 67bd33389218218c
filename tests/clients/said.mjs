// The conversation in the words of the TypeScript SDKs, which both majors share.

/** `callWith` calls a tool with the options of the SDK; `listening` is as `abilities.mjs` wants it. */
export const said = (client, callWith = (call) => client.callTool(call), listening = undefined) => ({
  tools: async () => (await client.listTools()).tools.map((tool) => tool.name),
  prompts: async () => (await client.listPrompts()).prompts.map((prompt) => prompt.name),
  resources: async () => (await client.listResources()).resources.map((resource) => resource.uri),
  call: async (name, args, options = {}) => {
    const result = await callWith({ name, arguments: args }, options);
    return { text: result.content.map((part) => part.text).join(''), failed: Boolean(result.isError) };
  },
  prompt: async (name) => (await client.getPrompt({ name })).messages.map((message) => message.content.text).join(''),
  resource: async (uri) => (await client.readResource({ uri })).contents.map((part) => part.text).join(''),
  listening,
});

/** What a form of the server is filled in with, and what the client's model says. */
export const FILLED_IN = { username: 'ada', email: 'ada@example.org' };
export const SAMPLED = 'a model of few words';
export const CAPABILITIES = { elicitation: {}, sampling: {} };
export const filledIn = async () => ({ action: 'accept', content: FILLED_IN });
export const sampled = async () => ({ role: 'assistant', model: 'none', content: { type: 'text', text: SAMPLED } });
