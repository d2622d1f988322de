// What the account is called, in which time zone its days end, and what everybody may see of people.
// Of TagsInput, which no other screen has.
import "@mantine/core/styles/Pill.layer.css";
import "@mantine/core/styles/PillsInput.layer.css";
import { Button, Select, TagsInput, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { act } from "../../api/act";
import { execute } from "../../api/execute";
import { viewerQuery } from "../../api/queries";
import { AccountSettingsDocument, type AccountSettingsQuery, UpdateAccountDocument } from "../../generated/settings";
import { Card, Facts } from "../../kit/Page";
import { failed, told } from "../../kit/told";
import styles from "./Settings.module.css";

type Account = NonNullable<AccountSettingsQuery["account"]>;

export function General() {
  const { data } = useQuery({
    queryKey: ["account-settings"],
    queryFn: async () => (await execute(AccountSettingsDocument)).account,
  });
  return data ? <Form account={data} /> : null;
}

function Form({ account }: { account: Account }) {
  const client = useQueryClient();
  const [name, setName] = useState(account.name);
  const [timeZone, setTimeZone] = useState(account.timeZone);
  const [visible, setVisible] = useState(account.settings.visibleAttributes);
  const [isBusy, setBusy] = useState(false);
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      const isSame = visible.join() === account.settings.visibleAttributes.join();
      await act(UpdateAccountDocument, {
        input: { name, timeZone, ...(isSame ? {} : { visibleAttributes: visible }) },
      });
      void client.invalidateQueries({ queryKey: ["account-settings"] });
      void client.invalidateQueries({ queryKey: viewerQuery.queryKey });
      told("The settings are saved.");
    } catch (problem) {
      failed(problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={save} className={styles.parts}>
      <Card title="Account">
        <div className={styles.fields}>
          <TextInput
            name="name"
            label="Name"
            value={name}
            onChange={(event) => setName(event.target.value)}
            required
            withAsterisk={false}
          />
          <Select
            name="timeZone"
            label="Time zone"
            description="“As it was on 1 March” means the end of that day there."
            data={Intl.supportedValuesOf("timeZone").concat("UTC")}
            value={timeZone}
            onChange={(value) => value && setTimeZone(value)}
            searchable
            limit={60}
          />
          <Facts
            facts={[
              [
                "Slug",
                <span key="slug" className="mono">
                  {account.slug}
                </span>,
              ],
            ]}
          />
        </div>
      </Card>
      <Card
        title="What everybody sees of people"
        note="Names, user names and emails are seen always. What is not listed, administrators alone see, filter by and export."
      >
        <TagsInput
          name="visibleAttributes"
          label="Attributes that everybody sees"
          description="Names of RFC 7643 such as title or department, or of an extension, urn:…:User:costCenter."
          data={[...new Set([...account.settings.visibleAttributes, ...account.settings.hiddenAttributes])]}
          value={visible}
          onChange={setVisible}
        />
      </Card>
      <div>
        <Button type="submit" loading={isBusy}>
          Save settings
        </Button>
      </div>
    </form>
  );
}
